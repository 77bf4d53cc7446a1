using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>What SQL lets through is what the pure rules say, for everybody and everything there is.</summary>
public sealed class SightTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Owners = ["ann", "bob", "it's \"quoted\""];
    private static readonly string[] Projects = ["common", "KIDS", "a,b"];
    private static readonly WorkContext[] Contexts = [.. Projects.SelectMany(project => Enum.GetValues<Privileges>().Select(privileges => new WorkContext(project, privileges)))];
    private static readonly Caller[] Callers =
    [
        Caller.Visitor, Caller.Visitor with { Projects = ["KIDS"] }, Caller.OperatorNamed("ops"), new("ann", UserType.Standard, ["common"]), new("ann", UserType.Developer, ["common", "KIDS", "a,b"]),
        new("bob", UserType.Developer, []), new("it's \"quoted\"", UserType.Visitor, ["common"]), new("zoe", UserType.Steering, ["common", "a", "b"]),
    ];

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Lines_of_the_queue_are_those_that_the_rule_shows()
    {
        var jobs = await SubmitAllAsync();
        foreach (var caller in Callers)
        {
            var seen = jobs.Where(job => caller.SeesInQueue(job.User, job.Context)).Select(job => job.Job).ToList();
            var views = _store.Views.SeenBy(caller);
            (await views.ListJobsAsync(new JobFilter(Limit: 1000), None)).Select(row => row.Job).Reverse().ShouldBe(seen);
            (await views.ListJobsAsync(new JobFilter(Status: JobStatus.Queued, Limit: 1000), None)).Select(row => row.Job).Reverse().ShouldBe(seen);
            (await views.GetJobsAsync([.. jobs.Select(job => job.Job)], None)).Select(row => row.Job).ShouldBe(seen);
            foreach (var owner in Owners)
            {
                var his = seen.Where(job => jobs.Single(known => known.Job == job).User == owner).ToList();
                (await views.ListJobsAsync(new JobFilter(owner, Limit: 1000), None)).Select(row => row.Job).Reverse().ShouldBe(his);
                (await views.ListJobsAsync(new JobFilter(owner, JobStatus.Queued, 1000), None)).Select(row => row.Job).Reverse().ShouldBe(his);
            }

            var totals = await views.GetTotalsAsync(None);
            (totals.Jobs.Values.Sum(), totals.Tasks.Total, totals.Users.Sum(user => user.Jobs)).ShouldBe((seen.Count, seen.Count, seen.Count));
            foreach (var job in jobs)
            {
                (await views.GetJobAsync(job.Job, None) is not null).ShouldBe(seen.Contains(job.Job));
            }
        }
    }

    [Fact]
    public async Task Pages_are_full_and_lose_nothing_where_jobs_between_are_hidden()
    {
        await SubmitAllAsync();
        foreach (var caller in Callers)
        {
            var views = _store.Views.SeenBy(caller);
            var all = await views.ListJobsAsync(new JobFilter(Limit: 1000), None);
            var paged = new List<JobId>();
            for (JobId? before = null; ;)
            {
                var page = await views.ListJobsAsync(new JobFilter(Limit: 5, Before: before), None);
                page.Length.ShouldBe(Math.Min(5, all.Length - paged.Count));
                paged.AddRange(page.Select(row => row.Job));
                if (page.Length < 5)
                {
                    break;
                }

                before = page[^1].Job;
            }

            paged.ShouldBe(all.Select(row => row.Job));
        }
    }

    [Fact]
    public async Task Files_are_those_that_the_rules_show_to_callers_and_to_jobs()
    {
        CatalogFile[] files =
        [
            .. Owners.Append(null).SelectMany(owner => Contexts.Select(context => (owner, context))).Select((pair, index) =>
                new CatalogFile($"f{index:000}", "n", "p", 1, "", "t", ImmutableSortedDictionary<string, MetadataValue>.Empty, null, true, Noon) { Owner = pair.owner, Context = pair.context }),
        ];
        await _store.Journal.AppendAsync("catalog", 0, [new CatalogEvent.FilesRegistered([.. files], Noon)], None);
        foreach (var caller in Callers)
        {
            (await _store.Catalog.SeenBy(caller).QueryAsync("type=t", null, 1000, None)).Select(file => file.Id).Reverse()
                .ShouldBe(files.Where(file => caller.Sees(file.Owner, file.Context)).Select(file => file.Id));

            // Page by page it is the same.
            var paged = new List<string>();
            for (var page = await _store.Catalog.SeenBy(caller).QueryAsync("type=t", null, 3, None); !page.IsEmpty; page = await _store.Catalog.SeenBy(caller).QueryAsync("type=t", paged[^1], 3, None))
            {
                paged.AddRange(page.Select(file => file.Id));
            }

            paged.ShouldBe(files.Where(file => caller.Sees(file.Owner, file.Context)).Select(file => file.Id).Reverse());
        }

        foreach (var scope in Owners.SelectMany(owner => Contexts.Select(context => new FileScope(owner, context))))
        {
            (await _store.Catalog.SelectAsync(new FileSelection(["t"], []) { Scope = scope }, 1000, None)).Select(file => file.Id).Reverse()
                .ShouldBe(files.Where(scope.Includes).Select(file => file.Id));
        }
    }

    [Fact]
    public async Task A_job_that_is_waited_for_is_named_only_to_whoever_sees_it()
    {
        await SubmitAsync(1, "ann", new WorkContext("common", Privileges.MyDb));
        await SubmitAsync(2, "ann", WorkContext.Usual, [new JobId(1)]);

        (await _store.Views.SeenBy(new Caller("ann", UserType.Standard, [])).GetJobAsync(new JobId(2), None))!.Job.WaitsFor.ShouldBe([new JobId(1)]);
        var line = (await _store.Views.SeenBy(new Caller("bob", UserType.Standard, [])).GetJobAsync(new JobId(2), None))!.Job;
        (line.After.Length, line.WaitsFor.Length).ShouldBe((0, 0));
    }

    private async Task<List<(JobId Job, string User, WorkContext Context)>> SubmitAllAsync()
    {
        var jobs = Contexts.SelectMany(context => Owners.Select(owner => (owner, context))).Select((pair, index) => (Job: new JobId(index + 1), User: pair.owner, Context: pair.context)).ToList();
        foreach (var job in jobs)
        {
            await SubmitAsync(job.Job.Value, job.User, job.Context);
        }

        return jobs;
    }

    private Task SubmitAsync(int job, string user, WorkContext context, ImmutableArray<JobId>? after = null) => _store.Journal.AppendAsync(
        JobPersistenceId.Of(new JobId(job)),
        0,
        [
            new JobEvent.Submitted(
                new JobId(job),
                new JobSpec("exec", user, 0, [], false, 1, $"key-{job}", "f00d") { Context = context, After = after ?? [] },
                new JobPlan([], [new StepPlan("echo", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["echo"], null))]),
                Noon),
        ],
        None);
}
