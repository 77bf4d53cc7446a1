using Dpu.Kernel.Persistence;
using Dpu.TestKit;

namespace Dpu.Kernel.Tests.Persistence;

public sealed class PersistentActorTests
{
    private const string Id = "account-1";
    private static readonly SupervisorStrategy Restarting =
        new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), 1000, TimeSpan.FromMinutes(1));

    private readonly Simulation _simulation = new(11);
    private readonly SimulatedJournal _journal;
    private readonly TestProbe<string> _probe;
    private readonly List<Account> _instances = [];

    public PersistentActorTests()
    {
        _journal = new SimulatedJournal(_simulation);
        _probe = new TestProbe<string>(_simulation);
    }

    [Fact]
    public void Nothing_is_acknowledged_before_it_is_durable_and_state_is_the_fold_of_the_events()
    {
        _journal.OnWritten = (_, events) => _probe.Received.Count.ShouldBe(0);
        var account = Spawn(_simulation.StartSystem("s"));

        account.Tell(new Deposit(5, _probe));

        _probe.Expect("balance 5 at 1");
        _journal.EventsOf(Id).ShouldBe([new Deposited(5)]);
    }

    [Fact]
    public void Recovery_goes_through_its_named_states_and_commands_wait_for_it()
    {
        _journal.PutSnapshot(Id, new Snapshot(1, new Balance(5)));
        Seed(new Deposited(5), new Deposited(6));
        var states = new List<RecoveryState> { RecoveryState.NotStarted };
        _simulation.OnStep = () =>
        {
            var state = _instances.Count == 0 ? RecoveryState.NotStarted : _instances[^1].Recovery;
            if (state != states[^1])
            {
                states.Add(state);
            }
        };
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(1, _probe));

        _probe.Expect("recovered 11 at 2");
        _probe.Expect("balance 12 at 3");
        _probe.ExpectNoMoreMessages();

        states.ShouldBe(
        [
            RecoveryState.NotStarted, RecoveryState.LoadingSnapshot, RecoveryState.ReplayingEvents, RecoveryState.Running,
            RecoveryState.Persisting, RecoveryState.Running,
        ]);
    }

    [Fact]
    public void Commands_that_arrive_while_an_append_is_under_way_form_the_next_batch()
    {
        var account = Spawn(_simulation.StartSystem("s"));
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        _journal.Stalled = true;
        account.Tell(new Deposit(1, _probe));
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++)
        {
            account.Tell(new Deposit(1, _probe));
        }

        _journal.Stalled = false;
        _simulation.RunFor(TimeSpan.FromSeconds(1));

        _journal.Appends.ShouldBe(2);
        _probe.Received[^1].ShouldBe("balance 11 at 11");
    }

    [Fact]
    public void What_an_actor_folded_while_it_decided_is_not_folded_again()
    {
        var folds = 0;
        var account = _simulation.StartSystem("s").Spawn(new Props<Command>(() => new FoldingAccount(_journal, () => folds++)), "account");

        account.Tell(new Deposit(5, _probe));
        _probe.Expect("balance 5 at 1");
        account.Tell(new Deposit(3, _probe));
        _probe.Expect("balance 8 at 2");

        folds.ShouldBe(2);
        _journal.EventsOf(Id).ShouldBe([new Deposited(5), new Deposited(3)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_failed_append_the_actor_restarts_with_what_the_journal_has(bool written)
    {
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(5, _probe));
        _probe.Expect("balance 5 at 1");
        (_journal.FailBeforeWrite, _journal.FailAfterWrite) = written ? (0, 1) : (1, 0);

        account.Tell(new Deposit(3, _probe));
        _simulation.Run(() => _instances[0].Recovery == RecoveryState.Failed, TimeSpan.FromSeconds(1)).ShouldBeTrue();
        (_journal.FailBeforeWrite, _journal.FailAfterWrite) = (0, 0);

        _probe.Expect(written ? "recovered 8 at 2" : "recovered 5 at 1");
        account.Tell(new Deposit(1, _probe));
        _probe.Expect(written ? "balance 9 at 3" : "balance 6 at 2");
        _instances.Count.ShouldBe(2);
    }

    [Fact]
    public void A_handler_that_swallows_the_failure_of_an_append_fails_all_the_same()
    {
        var account = Spawn(_simulation.StartSystem("s"), swallow: true);
        account.Tell(new Deposit(5, _probe));
        _probe.Expect("balance 5 at 1");
        _journal.FailBeforeWrite = 1;

        account.Tell(new Deposit(3, _probe));

        _probe.Expect("swallowed JournalException");
        _journal.FailBeforeWrite = 0;
        _probe.Expect("recovered 5 at 1");
    }

    [Fact]
    public void A_second_writer_is_a_conflict_and_its_events_are_recovered()
    {
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(5, _probe));
        _probe.Expect("balance 5 at 1");
        Seed(new Deposited(100));

        account.Tell(new Deposit(3, _probe));

        _probe.Expect("recovered 105 at 2");
    }

    [Fact]
    public void A_journal_that_cannot_be_read_is_tried_again_with_back_off()
    {
        Seed(new Deposited(5));
        _journal.FailRead = 1;
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(1, _probe));
        _simulation.RunFor(TimeSpan.FromSeconds(3));
        _probe.Received.ShouldBeEmpty();
        _instances.Count.ShouldBeGreaterThan(2);
        _instances.SkipLast(1).ShouldAllBe(i => i.Recovery == RecoveryState.Failed);

        _journal.FailRead = 0;

        _probe.Expect("recovered 5 at 1");
        _probe.Expect("balance 6 at 2");
    }

    [Fact]
    public void An_event_of_a_foreign_type_fails_the_recovery()
    {
        Seed("what is this?");
        var system = _simulation.StartSystem("s");
        system.Spawn(Props(swallow: false) with { Supervision = new SupervisorStrategy.Escalate() }, "account");

        _simulation.RunFor(TimeSpan.FromSeconds(1));

        system.Fault.ShouldBeOfType<JournalException>().Message.ShouldBe("Event 1 of 'account-1' is a String, not a Event.");
    }

    [Fact]
    public void Snapshots_shorten_the_recovery_and_their_failure_is_only_counted()
    {
        var first = _simulation.StartSystem("s");
        var account = Spawn(first, snapshotEvery: 10);
        for (var i = 1; i <= 25; i++)
        {
            account.Tell(new Deposit(1, _probe));
            _simulation.RunFor(TimeSpan.FromSeconds(1));
        }

        _journal.SnapshotOf(Id).ShouldBe(new Snapshot(20, new Balance(20)));
        _journal.FailSnapshot = 1;
        for (var i = 26; i <= 30; i++)
        {
            account.Tell(new Deposit(1, _probe));
            _simulation.RunFor(TimeSpan.FromSeconds(1));
        }

        _instances.ShouldHaveSingleItem().SnapshotFailures.ShouldBe(1);
        _journal.SnapshotOf(Id).ShouldNotBeNull().SequenceNr.ShouldBe(20);
        _simulation.Crash(first);
        var readBefore = _journal.EventsRead;
        Spawn(_simulation.StartSystem("s"));
        _simulation.RunFor(TimeSpan.FromSeconds(1));

        _probe.Received[^1].ShouldBe("recovered 30 at 30");
        (_journal.EventsRead - readBefore).ShouldBe(10);
    }

    [Fact]
    public void A_snapshot_that_cannot_be_read_counts_as_none()
    {
        Seed(new Deposited(1), new Deposited(2));
        _journal.PutSnapshot(Id, new Snapshot(2, "of an older form"));

        Spawn(_simulation.StartSystem("s"));

        _probe.Expect("recovered 3 at 2");
    }

    [Fact]
    public void A_handler_that_fails_shows_it_and_the_next_instance_recovers()
    {
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(5, _probe));
        _probe.Expect("balance 5 at 1");

        account.Tell(new Deposit(-1, _probe));

        _probe.Expect("recovered 5 at 1");
        _instances[0].Recovery.ShouldBe(RecoveryState.Failed);
    }

    [Fact]
    public void Nothing_to_persist_reaches_no_journal()
    {
        var account = Spawn(_simulation.StartSystem("s"));
        account.Tell(new Deposit(0, _probe));

        _probe.Expect("balance 0 at 0");
        _journal.Appends.ShouldBe(0);
    }

    [Fact]
    public void An_append_under_way_is_finished_when_the_actor_is_to_stop()
    {
        var system = _simulation.StartSystem("s");
        var account = Spawn(system);
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        account.Tell(new Deposit(5, _probe));
        _simulation.Run(() => _instances[0].Recovery == RecoveryState.Persisting, TimeSpan.FromSeconds(1)).ShouldBeTrue();

        _simulation.Await(system.StopAsync(account));

        _probe.Received.ShouldBe(["balance 5 at 1"]);
    }

    /// <summary>The promise behind it all: over crashes and failures at any point, an acknowledged deposit is never lost.</summary>
    [Fact]
    public void Over_crashes_and_failing_appends_what_was_acknowledged_is_there()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var simulation = new Simulation(seed);
            var journal = new SimulatedJournal(simulation) { FailBeforeWrite = 0.1, FailAfterWrite = 0.1, FailRead = 0.1, FailSnapshot = 0.5 };
            var replies = new TestProbe<string>(simulation);
            var system = simulation.StartSystem("s");
            var account = system.Spawn(Props(journal, snapshotEvery: 3), "account");
            for (var i = 0; i < 50; i++)
            {
                account.Tell(new Deposit(1, replies));
                for (var steps = simulation.Random.Next(40); steps > 0 && (simulation.Step() || simulation.AdvanceToNextTimer()); steps--)
                {
                }

                if (simulation.Random.Next(10) == 0)
                {
                    simulation.Crash(system);
                    system = simulation.StartSystem("s");
                    account = system.Spawn(Props(journal, snapshotEvery: 3), "account");
                }
            }

            simulation.RunFor(TimeSpan.FromMinutes(1));

            var acknowledged = replies.Received.Count(r => r.StartsWith("balance", StringComparison.Ordinal));
            var stored = journal.EventsOf(Id).Count;
            stored.ShouldBeInRange(acknowledged, 50, $"seed {seed}");
            var balance = simulation.Await(account.AskAsync<Command, string>(system, r => new Deposit(0, r), TimeSpan.FromMinutes(1), default));
            balance.ShouldBe($"balance {stored} at {stored}", $"seed {seed}");
        }
    }

    private static Props<Command> Props(SimulatedJournal journal, int snapshotEvery) =>
        new(() => new Account(journal, null, swallow: false, snapshotEvery)) { Supervision = Restarting };

    private Props<Command> Props(bool swallow, int snapshotEvery = 0) => new(() =>
    {
        var account = new Account(_journal, _probe, swallow, snapshotEvery);
        _instances.Add(account);
        return account;
    })
    { Supervision = Restarting };

    private IActorRef<Command> Spawn(ActorSystem system, bool swallow = false, int snapshotEvery = 0) =>
        system.Spawn(Props(swallow, snapshotEvery), "account");

    private void Seed(params object[] events) =>
        _simulation.Await(_journal.AppendAsync(Id, _journal.EventsOf(Id).Count, events, default));

    internal abstract record Command;

    internal sealed record Deposit(int Amount, IActorRef<string> ReplyTo) : Command;

    internal abstract record Event;

    internal sealed record Deposited(int Amount) : Event;

    internal sealed record Balance(int Amount);

    internal sealed class FoldingAccount(IEventJournal journal, Action folded) : PersistentActor<Command, Event, Balance>(journal)
    {
        protected override string PersistenceId => Id;

        protected override Balance EmptyState { get; } = new(0);

        protected override Balance Apply(Balance state, Event @event)
        {
            folded();
            return new Balance(state.Amount + ((Deposited)@event).Amount);
        }

        protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<Command> commands)
        {
            var deposit = (Deposit)commands.Single();
            var deposited = new Deposited(deposit.Amount);
            await PersistAsync([deposited], Apply(State, deposited));
            deposit.ReplyTo.Tell($"balance {State.Amount} at {SequenceNr}");
        }
    }

    internal sealed class Account(IEventJournal journal, IActorRef<string>? observer, bool swallow, int snapshotEvery)
        : PersistentActor<Command, Event, Balance>(journal)
    {
        protected override string PersistenceId => Id;

        protected override Balance EmptyState { get; } = new(0);

        protected override int SnapshotEvery => snapshotEvery;

        protected override Balance Apply(Balance state, Event @event) => new(state.Amount + ((Deposited)@event).Amount);

        protected override ValueTask OnRecoveredAsync()
        {
            if (SequenceNr > 0)
            {
                observer?.Tell($"recovered {State.Amount} at {SequenceNr}");
            }

            return default;
        }

        protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<Command> commands)
        {
            var deposits = commands.Cast<Deposit>().ToArray();
            if (deposits.Any(d => d.Amount < 0))
            {
                throw new Boom();
            }

            try
            {
                await PersistAsync([.. deposits.Where(d => d.Amount > 0).Select(d => new Deposited(d.Amount))]);
            }
            catch (JournalException reason) when (swallow)
            {
                observer?.Tell($"swallowed {reason.GetType().Name}");
                return;
            }

            foreach (var deposit in deposits)
            {
                deposit.ReplyTo.Tell($"balance {State.Amount} at {SequenceNr}");
            }
        }
    }
}
