using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Notifications;

public sealed class NotificationDeciderTests
{
    private static readonly DateTimeOffset Now = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly NotifySettings Both = new("jane@example.org", new WebhookTarget("https://hooks.example.org/x", "k"), NotifyWhen.Failed);

    [Theory]
    [InlineData(NotifyWhen.Asked, JobStatus.Failed, 0)]
    [InlineData(NotifyWhen.Failed, JobStatus.Finished, 0)]
    [InlineData(NotifyWhen.Failed, JobStatus.Failed, 2)]
    [InlineData(NotifyWhen.Failed, JobStatus.Cancelled, 2)]
    [InlineData(NotifyWhen.Always, JobStatus.Finished, 2)]
    public void Settings_decide_where_a_submission_says_nothing(NotifyWhen when, JobStatus status, int told) =>
        Due(Given(Both with { When = when }), Ended(1, status)).Length.ShouldBe(told);

    [Fact]
    public void A_submission_comes_before_the_settings()
    {
        var state = Given(Both with { When = NotifyWhen.Always });
        Due(state, Ended(1, JobStatus.Finished) with { Ways = [NotifyWay.Webhook] }).ShouldHaveSingleItem().Way.ShouldBe(NotifyWay.Webhook);
        Due(state, Ended(1, JobStatus.Failed) with { Ways = [] }).ShouldBeEmpty();
        Due(Given(new NotifySettings("a@b.c", null, NotifyWhen.Asked)), Ended(1, JobStatus.Failed) with { Ways = [NotifyWay.Webhook, NotifyWay.Mail] }).ShouldHaveSingleItem().Way.ShouldBe(NotifyWay.Mail);
    }

    [Fact]
    public void Nobody_is_told_of_others_jobs() => Due(Given(Both), Ended(1, JobStatus.Failed, "schmidt")).ShouldBeEmpty();

    [Fact]
    public void That_a_job_changes_once_more_after_its_end_is_no_news_and_that_it_ends_again_is()
    {
        var ended = Ended(1, JobStatus.Failed);
        var state = Apply(Given(Both), NotificationDecider.Notice(Given(Both), [ended], 10, Now));
        NotificationDecider.Notice(state, [ended], 12, Now.AddHours(1)).ShouldBeEmpty();

        var again = ended with { Job = ended.Job with { EndedAt = Now.AddMinutes(5) } };
        NotificationDecider.Notice(state, [again], 14, Now.AddHours(1)).ShouldHaveSingleItem();
    }

    [Fact]
    public void What_ended_long_before_it_was_looked_for_the_last_time_was_noticed_then()
    {
        var state = Given(Both, seenAt: Now);
        NotificationDecider.Notice(state, [Ended(1, JobStatus.Failed, endedAt: Now.AddDays(-2))], 10, Now.AddDays(3)).ShouldBeEmpty();
        NotificationDecider.Notice(state, [Ended(2, JobStatus.Failed, endedAt: Now.AddHours(1))], 10, Now.AddDays(3)).ShouldHaveSingleItem("the DPU was down for three days since");
    }

    [Fact]
    public void What_fails_is_tried_again_more_and_more_seldom_and_given_up_in_the_end()
    {
        var state = Apply(Given(Both with { Webhook = null }), NotificationDecider.Notice(Given(Both with { Webhook = null }), [Ended(1, JobStatus.Failed)], 10, Now));
        var id = state.Pending.Keys.Single();
        var (pauses, now) = (new List<double>(), Now);
        while (state.Pending.ContainsKey(id))
        {
            var failed = NotificationDecider.Fail(state, id, "no", isFinal: false, now);
            state = Apply(state, failed);
            if (failed.Single() is NotificationEvent.Failed { NextAt: { } next })
            {
                pauses.Add((next - now).TotalSeconds);
                now = next;
            }
        }

        pauses.ShouldBe([10, 40, 160, 640, 2560, 3600, 3600, 3600, 3600, 3600, 3600]);
    }

    [Fact]
    public void What_was_refused_for_good_is_given_up_at_once_and_what_is_not_pending_is_nobodys()
    {
        var state = Apply(Given(Both), NotificationDecider.Notice(Given(Both), [Ended(1, JobStatus.Failed)], 10, Now));
        var id = state.Pending.Keys.First();
        var after = Apply(state, NotificationDecider.Fail(state, id, "no such address", isFinal: true, Now));
        after.Pending.ShouldNotContainKey(id);
        NotificationDecider.Fail(after, id, "no", isFinal: false, Now).ShouldBeEmpty();
        NotificationDecider.Deliver(after, id, Now).ShouldBeEmpty();
    }

    [Fact]
    public void Who_begins_to_listen_is_not_told_of_what_ended_before()
    {
        var changed = NotificationDecider.Change(NotificationState.Empty, "jane", Both, 4711, Now);
        var state = Apply(NotificationState.Empty, changed);
        state.Seen.ShouldBe(new NoticedUpTo(4711, Now));
        state.AnybodyListens.ShouldBeTrue();
        NotificationDecider.Change(state, "jane", Both, 4712, Now).ShouldBeEmpty();
        Apply(state, NotificationDecider.Change(state, "jane", NotifySettings.None, 4712, Now)).AnybodyListens.ShouldBeFalse();
    }

    [Fact]
    public void Jobs_of_which_somebody_was_told_are_forgotten_after_a_day()
    {
        var state = Given(Both);
        for (var job = 1; job <= 100; job++)
        {
            var now = Now.AddHours(job);
            state = Apply(state, NotificationDecider.Notice(state, [Ended(job, JobStatus.Failed, endedAt: now)], job, now));
        }

        state.Told.Count.ShouldBeInRange(24, 26);
    }

    [Theory]
    [InlineData("jane@example.org", true)]
    [InlineData("jane.d+dpu@mail.example.org", true)]
    [InlineData("jane", false)]
    [InlineData("jane@", false)]
    [InlineData("@example.org", false)]
    [InlineData("jane@example..org", false)]
    [InlineData("jane@-x.org", false)]
    [InlineData(".jane@example.org", false)]
    [InlineData("-oQ/tmp@example.org", false)]
    [InlineData("jane@example.org\r\nBcc: all@example.org", false)]
    [InlineData("jane@example.org>\r\nDATA", false)]
    [InlineData("jane doe@example.org", false)]
    [InlineData("\"jane\"@example.org", false)]
    [InlineData("jane@example.org,bob@example.org", false)]
    [InlineData("j@b@c", false)]
    [InlineData("jäne@example.org", false)]
    public void Only_plain_addresses_are_addresses(string address, bool isOne) => (MailAddress.FlawOf(address) is null).ShouldBe(isOne);

    [Theory]
    [InlineData("https://hooks.example.org/dpu?x=1", true)]
    [InlineData("https://HOOKS.example.org:443/dpu", true)]
    [InlineData("https://chat.example.org:8443/", true)]
    [InlineData("http://127.0.0.1:9000/x", true)]
    [InlineData("http://hooks.example.org/dpu", false)]
    [InlineData("https://chat.example.org/", false)]
    [InlineData("https://hooks.example.org.evil.org/", false)]
    [InlineData("https://evil.org/hooks.example.org", false)]
    [InlineData("https://hooks.example.org@evil.org/", false)]
    [InlineData("https://jane:secret@hooks.example.org/", false)]
    [InlineData("https://hooks.example.org\\@evil.org/", false)]
    [InlineData("https://127.0.0.1:9000/x", false)]
    [InlineData("http://127.0.0.1:9001/x", false)]
    [InlineData("http://[::ffff:127.0.0.1]:9000/x", false)]
    [InlineData("http://0x7f000001:9000/x", true, "is another way to write what the operator named")]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("//hooks.example.org/", false)]
    [InlineData("https://hooks.example.org/\r\nX: y", false)]
    [InlineData("", false)]
    public void Webhooks_are_within_what_the_operator_named_or_nowhere(string url, bool isAllowed, string? why = null) =>
        (WebhookRules.WhyNot(url, ["https://hooks.example.org", "https://chat.example.org:8443", "http://127.0.0.1:9000"]) is null).ShouldBe(isAllowed, why);

    [Fact]
    public void Without_a_named_place_there_are_no_webhooks() => WebhookRules.WhyNot("https://hooks.example.org/", [])!.ShouldContain("dpu.notify.webhook.origins");

    [Theory]
    [InlineData("https://hooks.example.org", true)]
    [InlineData("https://hooks.example.org/", true)]
    [InlineData("https://hooks.example.org/path", false)]
    [InlineData("hooks.example.org", false)]
    [InlineData("ftp://hooks.example.org", false)]
    [InlineData("https://jane@hooks.example.org", false)]
    public void Places_are_schemes_hosts_and_ports(string origin, bool isOne) => (WebhookRules.FlawOfOrigin(origin) is null).ShouldBe(isOne);

    [Fact]
    public void Whatever_a_job_is_called_its_subject_is_one_line()
    {
        var subject = NotificationText.Subject("dpu", Ended(1, JobStatus.Failed).Job with { Sequence = "x\r\nBcc: all@example.org\u2028y" });
        subject.ShouldBe("[dpu] Job 1 FAILED: x  Bcc: all@example.org y");
    }

    private static ImmutableArray<DueNotification> Due(NotificationState state, params NewlyEnded[] ended) =>
        NotificationDecider.Notice(state, ended, 10, Now) is [NotificationEvent.Noticed noticed] ? noticed.Due : [];

    private static NotificationState Given(NotifySettings settings, DateTimeOffset? seenAt = null) =>
        Apply(NotificationState.Empty, [new NotificationEvent.Noticed(1, [], seenAt ?? Now), new NotificationEvent.SettingsChanged("jane", settings, Now)]);

    private static NotificationState Apply(NotificationState state, ImmutableArray<NotificationEvent> events) => events.Aggregate(state, static (before, @event) => before.Apply(@event));

    private static NewlyEnded Ended(int job, JobStatus status, string user = "jane", DateTimeOffset? endedAt = null) => new(
        new EndedJob(new JobId(job), "Reduce", user, status, new TaskCounts(1, 1, 0, 0, 0), Now.AddHours(-1), null, endedAt ?? Now), null);
}
