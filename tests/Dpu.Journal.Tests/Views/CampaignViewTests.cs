using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Store;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

public sealed class CampaignViewTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Of_a_unit_the_last_attempt_counts()
    {
        await SubmitAsync(1, new CampaignUnit("KIDS", 1, "8,6", 1), cancelled: true);
        await SubmitAsync(2, new CampaignUnit("KIDS", 1, "8,7", 1));
        await SubmitAsync(3, new CampaignUnit("KIDS", 1, "8,6", 2));
        await SubmitAsync(4, new CampaignUnit("KIDS", 2, "8,6", 1));
        await SubmitAsync(5, new CampaignUnit("ATLAS", 1, "", 1), cancelled: true);
        await SubmitAsync(6, null);

        var campaigns = await _store.Views.ListCampaignsAsync(None);
        campaigns.Select(row => (row.Name, row.Units, row.Jobs)).ShouldBe([("ATLAS", 1, 1), ("KIDS", 3, 4)]);
        campaigns[0].Counts.ShouldBe(new TaskCounts(0, 0, 2, 0, 0));
        campaigns[1].Counts.ShouldBe(new TaskCounts(0, 0, 0, 6, 0));
        campaigns[1].ByStatus.ShouldBe([new(JobStatus.Queued, 3)]);
        (campaigns[1].FirstAt, campaigns[1].LastAt).ShouldBe((Noon.AddMinutes(1), Noon.AddMinutes(4)));
        var units = await _store.Views.GetCampaignJobsAsync("KIDS", DateTimeOffset.MinValue, None);
        units.Select(job => (job.Job.Value, job.Campaign)).ShouldBe(
            [(2, new CampaignUnit("KIDS", 1, "8,7", 1)), (3, new CampaignUnit("KIDS", 1, "8,6", 2)), (4, new CampaignUnit("KIDS", 2, "8,6", 1))]);
        units[0].Asked.Arguments.ShouldBe(["-o", "a, b"]);
        (units[0].Asked.Options, units[0].Asked.MemoryBytes).ShouldBe(("{}", 5));
    }

    [Fact]
    public async Task Attempts_are_counted_for_each_unit_of_each_request()
    {
        await SubmitAsync(1, new CampaignUnit("KIDS", 1, "8,6", 1));
        await SubmitAsync(2, new CampaignUnit("KIDS", 1, "8,6", 2));

        (await _store.Views.GetUnitAttemptsAsync("KIDS", 1, "8,6", "ann", None)).ShouldBe(2);
        (await _store.Views.GetUnitAttemptsAsync("KIDS", 2, "8,6", "ann", None)).ShouldBe(0);
        (await _store.Views.GetUnitAttemptsAsync("KIDS", 1, "8", "ann", None)).ShouldBe(0);
    }

    [Fact]
    public async Task What_somebody_submits_for_himself_counts_for_him_alone()
    {
        await SubmitAsync(1, new CampaignUnit("KIDS", 1, "8,6", 1), cancelled: true);
        await SubmitAsync(2, new CampaignUnit("KIDS", 1, "8,6", 2), privileges: Privileges.MyDb);
        await SubmitAsync(3, new CampaignUnit("SECRET", 1, "x", 1), privileges: Privileges.MyDb);
        var (ann, bob) = (new Caller("ann", UserType.Standard, ["common"]), new Caller("bob", UserType.Standard, ["common"]));

        (await _store.Views.GetUnitAttemptsAsync("KIDS", 1, "8,6", "ann", None)).ShouldBe(2);
        (await _store.Views.GetUnitAttemptsAsync("KIDS", 1, "8,6", "bob", None)).ShouldBe(1);
        var seen = (await _store.Views.SeenBy(bob).ListCampaignsAsync(None)).ShouldHaveSingleItem();
        (seen.Name, seen.Jobs, seen.Counts, seen.LastAt).ShouldBe(("KIDS", 1, new TaskCounts(0, 0, 2, 0, 0), Noon.AddMinutes(1)));
        (await _store.Views.SeenBy(bob).GetCampaignJobsAsync("KIDS", None)).Select(job => job.Job.Value).ShouldBe([1]);
        (await _store.Views.SeenBy(bob).GetCampaignJobsAsync("SECRET", None)).ShouldBeEmpty();
        (await _store.Views.SeenBy(ann).GetCampaignJobsAsync("KIDS", None)).Select(job => (job.Job.Value, job.Context.Privileges)).ShouldBe([(2, Privileges.MyDb)]);
    }

    [Fact]
    public async Task What_ended_long_ago_is_left_out_and_what_runs_is_not()
    {
        await SubmitAsync(1, new CampaignUnit("KIDS", 1, "a", 1), cancelled: true);
        await SubmitAsync(2, new CampaignUnit("KIDS", 1, "b", 1));

        (await _store.Views.GetCampaignJobsAsync("KIDS", Noon.AddDays(1), None)).Select(job => job.Job.Value).ShouldBe([2]);
        (await _store.Views.GetCampaignJobsAsync("KIDS", Noon, None)).Select(job => job.Job.Value).ShouldBe([1, 2]);
    }

    private async Task SubmitAsync(int job, CampaignUnit? campaign, bool cancelled = false, Privileges privileges = Privileges.Project)
    {
        var at = Noon.AddMinutes(job);
        var spec = new JobSpec("Echo", "ann", 0, [], false, 1, $"key-{job}", "f00d") { Campaign = campaign, Context = new WorkContext("common", privileges), Asked = new AskedOptions(["-o", "a, b"], "{}", 5) };
        var plan = new JobPlan([], [new StepPlan("echo", null, 0, 2, new Resources(1, 0), null, new StepWork.Exec(["echo"], null))]);
        JobEvent[] events = cancelled
            ? [new JobEvent.Submitted(new JobId(job), spec, plan, at), new JobEvent.CancelRequested("ann", false, at), new JobEvent.TasksAborted([new TaskRange(0, 2)], "cancelled", at)]
            : [new JobEvent.Submitted(new JobId(job), spec, plan, at)];
        await _store.Journal.AppendAsync(JobPersistenceId.Of(new JobId(job)), 0, events, None);
    }
}
