using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Dpu.Domain.Scaling;
using Dpu.Domain.Users;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>Who did what, as the journal tells it.</summary>
public sealed class AuditViewTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Whatever_somebody_did_is_a_line_and_what_happened_by_itself_is_none()
    {
        await TellAsync();

        var lines = await _store.Views.GetAuditAsync(new AuditFilter(), None);
        lines.Select(line => $"{line.Id} {line.Who}|{line.Action}|{line.Thing}|{line.Owner}|{line.Detail}").Reverse().ShouldBe(
        [
            "1 root|add user|user jane|jane|type 2",
            "2 root|set password|user jane|jane|",
            "3 jane|log in|token u00000001||laptop, \"old\"",
            "4 jane|submit|job 1||exec",
            "6 root|hold|job 1|jane|too much, \"really\"",
            "7 root|promote|job 1|jane|project 'KIDS, north', privileges users",
            "8 root|create key|key 0000000a||rack 7",
            "9 root|drain|node n1||",
            "10 root|scale|slurm||auto",
            "11 |lock|user jane|jane|5 wrong passwords",
            "12 root|look|job 1|jane|",
            "13 root|disable user|user jane|jane|",
        ]);
        lines[^1].At.ShouldBe(Noon);
    }

    [Fact]
    public async Task A_view_equals_the_fold_of_the_journal()
    {
        await TellAsync();

        var fold = _store.Journal.ReadAll(0, int.MaxValue)
            .Select(entry => AuditLine.Of(entry, JobPersistenceId.TryParse(entry.PersistenceId, out var job) ? job : null, _ => "jane"))
            .OfType<AuditLine>().Reverse();
        (await _store.Views.GetAuditAsync(new AuditFilter(), None)).ShouldBe(fold);
    }

    [Fact]
    public async Task It_is_asked_by_who_did_it_by_whose_it_is_by_what_it_was_and_in_pages()
    {
        await TellAsync();

        (await IdsAsync(new AuditFilter(Who: "jane"))).ShouldBe([4, 3]);
        (await IdsAsync(new AuditFilter(About: "jane"))).ShouldBe([13, 12, 11, 7, 6, 4, 3, 2, 1]);
        (await IdsAsync(new AuditFilter(About: "jane", Limit: 2, Before: 11))).ShouldBe([7, 6]);
        (await IdsAsync(new AuditFilter(Who: "root", About: "jane"))).ShouldBe([13, 12, 7, 6, 2, 1]);
        (await IdsAsync(new AuditFilter(Thing: "job 1"))).ShouldBe([12, 7, 6, 4]);
        (await IdsAsync(new AuditFilter(About: "fokke"))).ShouldBeEmpty();
        (await IdsAsync(new AuditFilter(Limit: 2))).ShouldBe([13, 12]);
        (await IdsAsync(new AuditFilter(Limit: 2, Before: 12))).ShouldBe([11, 10]);
    }

    // The journal holds hashes; a list that people read and copy does not.
    [Fact]
    public async Task No_hash_is_shown()
    {
        await TellAsync();

        (await _store.Views.GetAuditAsync(new AuditFilter(), None)).ShouldAllBe(line => !line.ToString().Contains("the-hash"));
    }

    private async Task TellAsync()
    {
        (string Id, object Event)[] told =
        [
            ("users", new UserEvent.Added("jane", UserType.Steering, [], WorkContext.Usual, "root", Noon)),
            ("users", new UserEvent.PasswordSet("jane", "the-hash", "root", Noon)),
            ("users", new UserEvent.TokenCreated("u00000001", "jane", "the-hash", Noon.AddDays(1), true, "laptop, \"old\"", "jane", Noon)),
            ("job-1", new JobEvent.Submitted(new JobId(1), new JobSpec("exec", "jane", 0, [], false, 0, "key", ""), new JobPlan([], [new StepPlan("true", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["true"], null))]), Noon)),
            ("job-1", new JobEvent.TasksStarted("n1", Guid.Empty, [new TaskAttempt(0, 1)], Noon)),
            ("job-1", new JobEvent.Held("root", "too much, \"really\"", Noon)),
            ("job-1", new JobEvent.ContextChanged("root", new WorkContext("KIDS, north", Privileges.Users), Noon)),
            ("membership", new MembershipEvent.KeyCreated("0000000a", "the-hash", false, Noon, "root", "rack 7", Noon)),
            ("membership", new MembershipEvent.NodeDrained("n1", "root", Noon)),
            ("scaling", new ScalingEvent.TargetSet(null, "slurm", "root", Noon)),
            ("users", new UserEvent.Locked("jane", 5, Noon)),
            ("users", new UserEvent.Acted("root", "look", "job 1", "jane", "", Noon)),
            ("users", new UserEvent.Disabled("jane", "root", Noon)),
        ];
        var numbers = new Dictionary<string, long>();
        foreach (var (id, @event) in told)
        {
            var before = numbers.GetValueOrDefault(id);
            await _store.Journal.AppendAsync(id, before, [@event], None);
            numbers[id] = before + 1;
        }

        await _store.Views.CaughtUpAsync(None);
    }

    private async Task<ImmutableArray<long>> IdsAsync(AuditFilter filter) => [.. (await _store.Views.GetAuditAsync(filter, None)).Select(line => line.Id)];
}
