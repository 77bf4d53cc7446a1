using Dpu.Actors.Notifications;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Dpu.Journal.Store;
using Dpu.Kernel;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Notifications;

public sealed class NotifierActorTests : IDisposable
{
    private static readonly NotifySettings ByMail = new("user@example.org", null, NotifyWhen.Failed);

    private readonly MemoryStore _store = new();
    private readonly Simulation _world = new(1);
    private readonly ScriptedSender _sender = new();
    private readonly TestProbe<NotificationState> _asker;
    private ActorSystem? _system;
    private IActorRef<NotifierMessage> _actor = null!;

    public NotifierActorTests()
    {
        _asker = new TestProbe<NotificationState>(_world, "asker");
        Start();
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Whoever_listens_is_told_of_what_fails_once_and_not_of_what_failed_before()
    {
        End(1, fails: true);
        Listen();
        End(2, fails: true);
        End(3, fails: false);
        _world.RunFor(TimeSpan.FromMinutes(1));

        _sender.Sent.Select(sent => sent.Job.Job.Value).ShouldBe([2]);
        State().Pending.ShouldBeEmpty();
    }

    [Fact]
    public void Nobody_is_told_before_it_is_written_down_and_nothing_is_written_while_nobody_listens()
    {
        End(1, fails: true);
        _world.RunFor(TimeSpan.FromHours(1));
        EventsOf().ShouldBeEmpty();
    }

    [Fact]
    public void A_crash_while_it_is_sent_forgets_nobody_and_the_same_id_comes_again()
    {
        Listen();
        _sender.Hangs = true;
        End(2, fails: true);
        _world.RunFor(TimeSpan.FromSeconds(5));
        _sender.Tried.ShouldHaveSingleItem();

        _sender.Hangs = false;
        Start();
        _world.RunFor(TimeSpan.FromSeconds(5));

        _sender.Tried.Select(tried => tried.Id).Distinct().ShouldHaveSingleItem();
        _sender.Sent.Select(sent => sent.Job.Job.Value).ShouldBe([2]);
        Start();
        _world.RunFor(TimeSpan.FromMinutes(5));
        _sender.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void What_ended_while_nobody_looked_is_noticed_at_the_next_start()
    {
        Listen();
        _world.Crash(_system!);
        _system = null;
        End(2, fails: true);
        _world.RunFor(TimeSpan.FromDays(3));

        Start();
        _world.RunFor(TimeSpan.FromSeconds(5));
        _sender.Sent.Select(sent => sent.Job.Job.Value).ShouldBe([2]);
    }

    [Fact]
    public void What_fails_is_tried_again_later_over_restarts_too_and_what_is_refused_for_good_is_not()
    {
        Listen();
        _sender.Failure = new NotificationException("the mail server is away", isFinal: false);
        End(2, fails: true);
        _world.RunFor(TimeSpan.FromSeconds(30));
        _sender.Tried.Count.ShouldBe(2, "at once, and 10 s later");

        Start();
        _world.RunFor(TimeSpan.FromSeconds(10));
        _sender.Tried.Count.ShouldBe(2, "the third one is 40 s later");
        _world.RunFor(TimeSpan.FromSeconds(30));
        _sender.Tried.Count.ShouldBe(3);

        _sender.Failure = new NotificationException("there is no such address", isFinal: true);
        _world.RunFor(TimeSpan.FromDays(1));
        _sender.Tried.Count.ShouldBe(4);
        State().Pending.ShouldBeEmpty();
    }

    [Fact]
    public void Whoever_takes_his_address_away_is_told_nothing_more()
    {
        Listen();
        _sender.Failure = new NotificationException("the mail server is away", isFinal: false);
        End(2, fails: true);
        _world.RunFor(TimeSpan.FromSeconds(5));

        Change(NotifySettings.None);
        _sender.Failure = null;
        _world.RunFor(TimeSpan.FromDays(1));
        _sender.Sent.ShouldBeEmpty();
        State().Pending.ShouldBeEmpty();
    }

    private void Start()
    {
        if (_system is not null)
        {
            _world.Crash(_system);
        }

        _system = _world.StartSystem("service");
        _actor = _system.Spawn(new Props<NotifierMessage>(() => new NotifierActor(_store.Journal, _store.Journal, _store.Views, _sender, static (_, _) => { })), "notifications");
        _world.RunUntilIdle();
    }

    private void Listen()
    {
        Change(ByMail);
        _world.RunFor(TimeSpan.FromSeconds(2));
    }

    private void Change(NotifySettings settings)
    {
        _actor.Tell(new NotifierMessage.Change("user", settings, _asker));
        _asker.ExpectMessage<NotificationState>().SettingsOf("user").ShouldBe(settings);
    }

    private NotificationState State()
    {
        _actor.Tell(new NotifierMessage.GetState(_asker));
        return _asker.ExpectMessage<NotificationState>();
    }

    private List<object> EventsOf()
    {
        async Task<List<object>> ReadAsync()
        {
            var events = new List<object>();
            await foreach (var stored in _store.Journal.ReadAsync("notifications", 1, CancellationToken.None))
            {
                events.Add(stored.Event);
            }

            return events;
        }

        return _world.Await(ReadAsync());
    }

    private void End(int number, bool fails)
    {
        var job = new JobId(number);
        var (state, events) = (JobState.Empty, new List<object>());
        foreach (var command in new JobCommand[]
        {
            GivenJobs.Submit(1, job, $"key-{number}"),
            GivenJobs.Assign(0),
            new JobCommand.ReportEnds("node", [GivenJobs.Report(GivenJobs.Attempt(0, 1, job), fails ? FailureCause.Recipe : null)]),
        })
        {
            foreach (var @event in ((JobDecision.Accepted)JobDecider.Decide(state, command, _world.Time.GetUtcNow())).Events)
            {
                state = JobEvolution.Apply(state, @event);
                events.Add(@event);
            }
        }

        _world.Await(_store.Journal.AppendAsync($"job-{number}", 0, events, CancellationToken.None));
    }

    private sealed class ScriptedSender : INotificationSender
    {
        public bool Hangs { get; set; }

        public NotificationException? Failure { get; set; }

        public List<PendingNotification> Tried { get; } = [];

        public List<PendingNotification> Sent { get; } = [];

        public async Task SendAsync(PendingNotification notification, NotifySettings settings, CancellationToken cancellationToken)
        {
            Tried.Add(notification);
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            if (Failure is not null)
            {
                throw Failure;
            }

            Sent.Add(notification);
        }
    }
}
