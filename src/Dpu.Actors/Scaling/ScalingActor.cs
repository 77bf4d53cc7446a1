using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Membership;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Membership;
using Dpu.Domain.Scaling;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Scaling;

/// <summary>
/// Keeps so many nodes running as jobs of a batch system as are wanted. It looks, writes down what it found and what it is going to do, and then does it: a pilot is known
/// before it can run, whenever this dies.
/// </summary>
/// <remarks>
/// <code>
/// waiting ──► looking ──► decided, written down ──► submitting (one after the other), taking back, draining ──► waiting
/// </code>
/// What is asked of batch systems takes seconds: all of it is piped to self, and a look that crosses a submission leaves that pilot alone.
/// </remarks>
/// <param name="journal">Where it is kept.</param>
/// <param name="settings">How it works.</param>
/// <param name="systems">The batch systems.</param>
/// <param name="scheduler">Knows the nodes, and what waits.</param>
/// <param name="membership">Drains nodes, and forgets those that are gone.</param>
public sealed class ScalingActor(
    IEventJournal journal,
    ScalingSettings settings,
    IReadOnlyList<IPilots> systems,
    IActorRef<SchedulerMessage> scheduler,
    IActorRef<MembershipMessage> membership)
    : PersistentActor<ScalingMessage, ScalingEvent, ScalingState>(journal)
{
    private const int NameBytes = 4;
    private const string By = "scaling";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly object LookTimer = new();

    /// <summary>When a submission was answered: in which look; null while it is not.</summary>
    private readonly Dictionary<string, long?> _inFlight = new(StringComparer.Ordinal);

    private readonly Dictionary<string, BatchJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _idleSince = new(StringComparer.Ordinal);
    private readonly Queue<(PilotOrder Order, string Via)> _orders = [];
    private ClusterNeed _need = new([], 0, 0);
    private IReadOnlySet<string> _drained = ImmutableHashSet<string>.Empty;
    private ScalingStep? _step;
    private string? _trouble;
    private long _look;
    private bool _looking;
    private bool _submitting;

    protected override string PersistenceId => "scaling";

    protected override ScalingState EmptyState => ScalingState.Empty;

    private ScalingTarget? Target => State.Target ?? (settings.Via is null ? null : ScalingTarget.Automatic.Instance);

    private string? Via => State.Via ?? settings.Via;

    protected override ScalingState Apply(ScalingState state, ScalingEvent @event) => ScalingState.Apply(state, @event);

    protected override ValueTask OnRecoveredAsync()
    {
        // A look of the instance before may still be on its way: its number must not be taken for one of ours.
        _look = Context.Random.NextInt64(long.MaxValue / 2);
        Look();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<ScalingMessage> messages)
    {
        foreach (var message in messages)
        {
            await TakeAsync(message);
        }
    }

    private async ValueTask TakeAsync(ScalingMessage message)
    {
        switch (message)
        {
            case ScalingMessage.SetTarget set:
                await SetAsync(set);
                break;
            case ScalingMessage.GetStatus get:
                get.ReplyTo.Tell(Status());
                break;
            case ScalingMessage.Look:
                Look();
                break;
            case ScalingMessage.Seen { Glance: var glance } when glance.Number == _look:
                _looking = false;
                await DecideAsync(glance);
                break;
            case ScalingMessage.LookFailed failed when failed.Number == _look:
                _looking = false;
                ScalingLog.AskFailed(Context.Logger, "looking for pilots", failed.Reason);
                LookLater();
                break;
            case ScalingMessage.Seen or ScalingMessage.LookFailed:
                // Of the instance before.
                break;
            case ScalingMessage.Submitted submitted:
                await NoteAsync(submitted);
                break;
            case ScalingMessage.Asked asked:
                Note(asked);
                break;
            default:
                throw new InvalidOperationException($"Scaling knows no message {message.GetType().Name}.");
        }
    }

    private async ValueTask SetAsync(ScalingMessage.SetTarget set)
    {
        if (WhyNot(set) is { } reason)
        {
            set.ReplyTo.Tell(new ScalingReply.Refused(reason));
            return;
        }

        var via = set.Via ?? Via!;
        await PersistAsync([new ScalingEvent.TargetSet(set.Nodes, via, set.By, Context.Time.GetUtcNow())]);
        ScalingLog.TargetSet(Context.Logger, set.Nodes?.ToString(CultureInfo.InvariantCulture) ?? "as many as the queue needs", via, set.By);
        set.ReplyTo.Tell(new ScalingReply.Done(Status()));
        Look();
    }

    private string? WhyNot(ScalingMessage.SetTarget set)
    {
        var names = string.Join(" or ", systems.Select(system => $"'{system.Via}'"));
        return (set.Via ?? Via) is not { } via ? $"Say which batch system is to run nodes: --via {names}; or set dpu.scaling.via."
            : systems.All(system => system.Via != via) ? $"There is no batch system '{via}': it is {names}."
            : set.Nodes < 0 ? $"{set.Nodes} nodes: there can be none, but not fewer."
            : set.Nodes > settings.Policy.Max ? $"{set.Nodes} nodes are more than dpu.scaling.max allows, which is {settings.Policy.Max}."
            : null;
    }

    private void Look()
    {
        Context.Timers.Cancel(LookTimer);
        if (_looking || (Target is null && State.Pilots.IsEmpty))
        {
            return;
        }

        _looking = true;
        var number = ++_look;
        // A batch system that has nothing of ours is left in peace.
        var asked = systems.Where(system => State.Pilots.Values.Any(pilot => pilot.Via == system.Via)).ToArray();
        Context.PipeToSelf<ScalingMessage>(
            stopping => LookAsync(number, asked, stopping), static seen => seen, reason => new ScalingMessage.LookFailed(number, reason));
    }

    private async Task<ScalingMessage> LookAsync(long number, IPilots[] asked, CancellationToken stopping)
    {
        var at = Context.Time.GetUtcNow();
        var jobs = ImmutableDictionary.CreateBuilder<string, IReadOnlyList<BatchJob>>(StringComparer.Ordinal);
        var troubles = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var system in asked)
        {
            try
            {
                jobs[system.Via] = await system.ListAsync(stopping);
            }
            catch (BatchSystemException error)
            {
                troubles[system.Via] = error.Message;
            }
        }

        var members = await membership.AskAsync<MembershipMessage, MembershipState>(
            Context.System, static replyTo => new MembershipMessage.GetState(replyTo), AnswerTimeout, stopping);

        // Last: what is decided on must be fresh.
        var need = await scheduler.AskAsync<SchedulerMessage, ClusterNeed>(
            Context.System, replyTo => new SchedulerMessage.GetNeed(settings.Shape, replyTo), AnswerTimeout, stopping);
        return new ScalingMessage.Seen(new Glance(number, at, jobs.ToImmutable(), troubles.ToImmutable(), need, members.Drained));
    }

    private async ValueTask DecideAsync(Glance glance)
    {
        var now = Context.Time.GetUtcNow();
        (_need, _drained) = (glance.Need, glance.Drained);
        Tell(glance.Troubles);
        var nodes = NodesOf(glance.Need, now);
        var found = Compare(glance, nodes);
        var state = found.Aggregate(State, ScalingState.Apply);
        var step = Target is { } target && Via is not null
            ? ScalingDecider.Decide(settings.Policy, target, PilotRoll.Views(state, _jobs, nodes), glance.Need.MissingNodes, state.Health, now)
            : null;
        var ordered = OrdersOf(step, glance.Troubles.Count > 0);
        var sent = step is null ? [] : step.Withdraw.Concat(step.Drain).Where(name => !state.Pilots[name].Drained).ToArray();
        var before = State;
        await PersistAsync([
            .. found,
            .. ordered.Select(order => new ScalingEvent.PilotOrdered(order.Name, Via!, now)),
            .. sent.Select(name => new ScalingEvent.PilotDrained(name)),
        ]);
        _step = step;
        Do(found, ordered, sent, before);
        LookLater();
    }

    private ScalingEvent[] Compare(Glance glance, Dictionary<string, PilotNode> nodes)
    {
        var crossed = _inFlight.Where(flight => flight.Value is null || flight.Value >= glance.Number).Select(flight => flight.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _inFlight.Keys.Where(name => !crossed.Contains(name)).ToArray())
        {
            _inFlight.Remove(name);
        }

        foreach (var job in glance.Jobs.Values.SelectMany(jobs => jobs).Where(job => State.Pilots.ContainsKey(job.Name)))
        {
            _jobs[job.Name] = job;
        }

        return [.. glance.Jobs.SelectMany(shown => PilotRoll.Compare(State, shown.Value, shown.Key, glance.At, nodes, crossed))];
    }

    /// <summary>While a batch system does not answer it is not known what it has: nothing more is asked of it.</summary>
    private PilotOrder[] OrdersOf(ScalingStep? step, bool blind) => step is null || blind
        ? []
        : [.. Enumerable.Range(0, step.Submit).Select(index => new PilotOrder(NewName(), Lasting: index < step.Lasting))];

    private string NewName()
    {
        Span<byte> bytes = stackalloc byte[NameBytes];
        Context.Random.NextBytes(bytes);
        return $"{settings.NamePrefix}{Convert.ToHexStringLower(bytes)}";
    }

    private void Do(ScalingEvent[] found, PilotOrder[] ordered, string[] sent, ScalingState before)
    {
        foreach (var ended in found.OfType<ScalingEvent.PilotEnded>())
        {
            Forget(ended, SystemOf(before.Pilots[ended.Name].Via));
        }

        foreach (var name in sent)
        {
            ScalingLog.SentAway(Context.Logger, name);
        }

        foreach (var pilot in State.Pilots.Values.Where(pilot => pilot.Drained))
        {
            SendAway(pilot, _step?.Withdraw.Contains(pilot.Name) == true);
        }

        foreach (var order in ordered)
        {
            _inFlight[order.Name] = null;
            _orders.Enqueue((order, Via!));
        }

        SubmitNext();
    }

    /// <summary>Until it is gone, at each look: what was asked for may not have reached anybody.</summary>
    private void SendAway(KnownPilot pilot, bool takeBack)
    {
        if (!takeBack)
        {
            Ask($"draining {pilot.Name}", stopping => ChangeAsync(new MembershipCommand.Drain(pilot.Name, By), stopping));
        }
        else if (pilot.BatchId is { } id && SystemOf(pilot.Via) is { } system)
        {
            Ask($"taking back {pilot.Name}", stopping => system.CancelAsync(id, stopping));
        }
    }

    private void Forget(ScalingEvent.PilotEnded ended, IPilots? system)
    {
        var name = ended.Name;
        if (ended.Failure is { } failure)
        {
            ScalingLog.Failed(Context.Logger, failure);
        }
        else
        {
            ScalingLog.Ended(Context.Logger, name);
        }

        _jobs.Remove(name, out var job);
        _idleSince.Remove(name);
        if (job is { State: BatchState.Stuck })
        {
            Ask($"taking back {name}", stopping => system?.CancelAsync(job.Id, stopping) ?? Task.CompletedTask);
        }

        Ask($"clearing up after {name}", stopping => system?.ForgetAsync(name, stopping) ?? Task.CompletedTask);
        Ask($"forgetting the node {name}", stopping => ChangeAsync(new MembershipCommand.Leave(name), stopping));
    }

    private IPilots? SystemOf(string via) => systems.FirstOrDefault(system => system.Via == via);

    private async Task ChangeAsync(MembershipCommand command, CancellationToken stopping) =>
        await membership.AskAsync<MembershipMessage, MembershipReply>(Context.System, replyTo => new MembershipMessage.Do(command, replyTo), AnswerTimeout, stopping);

    private void Ask(string what, Func<CancellationToken, Task> ask) => Context.PipeToSelf<ScalingMessage>(
        async stopping =>
        {
            await ask(stopping);
            return new ScalingMessage.Asked(what, null);
        },
        static done => done,
        reason => new ScalingMessage.Asked(what, reason));

    private void SubmitNext()
    {
        if (_submitting || !_orders.TryDequeue(out var next))
        {
            return;
        }

        var (order, via) = next;
        _submitting = true;
        Context.PipeToSelf<ScalingMessage>(
            async stopping => new ScalingMessage.Submitted(order.Name, await SystemOf(via)!.SubmitAsync(order, stopping), null),
            static submitted => submitted,
            reason => new ScalingMessage.Submitted(order.Name, null, reason));
    }

    private async ValueTask NoteAsync(ScalingMessage.Submitted submitted)
    {
        _submitting = false;
        if (State.Pilots.TryGetValue(submitted.Name, out var pilot) && pilot.BatchId is null)
        {
            _inFlight[submitted.Name] = _look;
            await NoteAsync(submitted, pilot);
        }

        SubmitNext();
    }

    private async ValueTask NoteAsync(ScalingMessage.Submitted submitted, KnownPilot pilot)
    {
        switch (submitted)
        {
            case { BatchId: { } id }:
                await PersistAsync([new ScalingEvent.PilotSubmitted(pilot.Name, id)]);
                ScalingLog.Submitted(Context.Logger, pilot.Name, id, pilot.Via);
                break;
            case { Reason: BatchSystemException { Unanswered: false } error }:
                await PersistAsync([new ScalingEvent.PilotEnded(pilot.Name, error.Message.TrimEnd('.'), Context.Time.GetUtcNow())]);
                ScalingLog.Failed(Context.Logger, error.Message.TrimEnd('.'));
                Ask($"clearing up after {pilot.Name}", stopping => SystemOf(pilot.Via)!.ForgetAsync(pilot.Name, stopping));
                break;
            default:
                // It may have been taken all the same: the next looks tell.
                _trouble = submitted.Reason!.Message.TrimEnd('.');
                ScalingLog.Trouble(Context.Logger, _trouble);
                break;
        }
    }

    private void Note(ScalingMessage.Asked asked)
    {
        if (asked.Reason is { } reason)
        {
            ScalingLog.AskFailed(Context.Logger, asked.What, reason);
        }
    }

    private void Tell(ImmutableDictionary<string, string> troubles)
    {
        var trouble = troubles.Count == 0 ? null : string.Join("; ", troubles.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value.TrimEnd('.')));
        if (trouble is not null && trouble != _trouble)
        {
            // Once: it is found again at every look for as long as it lasts.
            ScalingLog.Trouble(Context.Logger, trouble);
        }

        _trouble = trouble;
    }

    private Dictionary<string, PilotNode> NodesOf(ClusterNeed need, DateTimeOffset now)
    {
        var nodes = new Dictionary<string, PilotNode>(StringComparer.Ordinal);
        foreach (var node in need.Nodes.Where(node => State.Pilots.ContainsKey(node.Name)))
        {
            if (node.Tasks > 0)
            {
                _idleSince.Remove(node.Name);
            }
            else
            {
                _idleSince.TryAdd(node.Name, now);
            }

            nodes[node.Name] = new PilotNode(
                node.State is NodeState.Up or NodeState.Draining or NodeState.Quarantined, _drained.Contains(node.Name), node.Tasks, _idleSince.TryGetValue(node.Name, out var idle) ? idle : null);
        }

        return nodes;
    }

    private void LookLater()
    {
        if (Target is not null || !State.Pilots.IsEmpty)
        {
            Context.Timers.StartSingle(LookTimer, ScalingMessage.Look.Instance, settings.LookEvery);
        }
    }

    private ScalingStatus Status()
    {
        var now = Context.Time.GetUtcNow();
        var nodes = NodesOf(_need, now);
        var views = PilotRoll.Views(State, _jobs, nodes).ToDictionary(view => view.Name, StringComparer.Ordinal);
        return new ScalingStatus(
            Target,
            Via,
            settings.Policy,
            _step?.Wanted ?? Target?.Number ?? 0,
            _need.WaitingTasks,
            [.. State.Pilots.Values.Select(pilot => StatusOf(pilot, views[pilot.Name].Phase, nodes))],
            State.LastFailure,
            _trouble,
            _step?.WaitsUntil);
    }

    private PilotStatus StatusOf(KnownPilot pilot, PilotPhase phase, Dictionary<string, PilotNode> nodes)
    {
        var job = _jobs.GetValueOrDefault(pilot.Name);
        return new PilotStatus(
            pilot.Name, pilot.Via, pilot.BatchId, phase, phase <= PilotPhase.Queued ? job?.Reason : null, job?.EndsAt, nodes.GetValueOrDefault(pilot.Name).Tasks);
    }
}
