using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;
using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Nodes;

/// <summary>
/// The root actor of a node: takes attempts from jobs, admits them as there is room, supervises one <see cref="TaskActor"/> for each,
/// and keeps what it reported until the job says that it is durable. Only then the launcher may forget an attempt.
/// </summary>
public sealed class ClusterManagerActor(
    NodeOptions options,
    IProcessLauncher launcher,
    ITaskFiles files,
    ILogStore logs,
    IActorRef<SchedulerMessage> scheduler,
    IActorRef<FrontendMessage> frontend,
    Action<ImmutableArray<AttemptPhase>> tellPhases) : BatchActor<NodeMessage>
{
    private static readonly TimeSpan AskAgainDelay = TimeSpan.FromSeconds(5);
    private static readonly object AskAgainTimer = new();
    private static readonly TimeSpan CompanyDelay = TimeSpan.FromMilliseconds(10);
    private static readonly object CompanyTimer = new();
    private static readonly object IdleTimer = new();
    private static readonly TimeSpan PhasesDelay = TimeSpan.FromMilliseconds(500);
    private static readonly object PhasesTimer = new();
    private const int WaitingPerCpuToBeBusy = 8;
    private const int OutcomesToldAtOnce = 64;

    private readonly Dictionary<AttemptId, AttemptEntry> _entries = [];
    private readonly Strangers _strangers = new();
    private readonly NodeLedger _ledger = new(options.Capacity);
    private readonly List<AttemptEntry> _toLaunch = [];
    private readonly ReportOutbox _outbox = new();
    private readonly PhaseTeller _phases = new(tellPhases);
    private readonly List<IActorRef<NodeQuiet>> _awaitQuiet = [];
    private readonly List<IActorRef<NodeEmpty>> _awaitEmpty = [];
    private NodeMessage.AwaitIdle? _awaitIdle;
    private readonly List<(IActorRef<TaskMessage> Task, TaskMessage End)> _endsToTell = [];

    private LogSpooler _logs = null!;
    private AckWindow _window = new();
    private Guid? _incarnation;
    private ImmutableArray<string> _tags = options.Tags;
    private bool _connected;
    private bool _drains;
    private bool _willAskAgain;
    private bool _paused;
    private bool _willLookAtPhases;
    private bool _looksAtPhases;

    /// <summary>Nothing of any attempt is remembered, neither as running nor as something to tell.</summary>
    internal bool HoldsNothing => _entries.Count == 0 && _strangers.Count == 0 && _ledger is { Waiting: 0, Running: 0 };

    /// <summary>Attempts whose output could not be searched to its end, since the start.</summary>
    internal long SearchesFailed { get; private set; }

    protected override ValueTask OnStartAsync()
    {
        _logs = new LogSpooler(logs, Context, options);
        launcher.Connect(events => Context.Self.Tell(new NodeMessage.LauncherSaid(events)));
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveBatchAsync(IReadOnlyList<NodeMessage> messages)
    {
        foreach (var message in messages)
        {
            Take(message);
        }

        AdmitWaiting();
        FlushLaunches();
        _logs.Flush(everything: _endsToTell.Count > 0);
        TellEnds();
        TellOutcomes(haveWaited: messages.Contains(NodeMessage.TellOutcomes.Instance));
        RememberToAskAgain();
        PauseOrResume();
        AnswerThoseWhoWait();
        TellPhases();
        return ValueTask.CompletedTask;
    }

    /// <summary>What changes often is told now and then, and what has changed back meanwhile is not told at all.</summary>
    private void TellPhases()
    {
        var mayChange = _looksAtPhases ? _phases.Look(_entries.Values) : _entries.Count > 0 || !_phases.HasToldNothing;
        _looksAtPhases = false;
        if (mayChange && !_willLookAtPhases)
        {
            _willLookAtPhases = true;
            Context.Timers.StartSingle(PhasesTimer, NodeMessage.LookAtPhases.Instance, PhasesDelay);
        }
    }

    /// <summary>Only now: what an attempt printed before its end was handed to the log store, where its actor looks for it.</summary>
    private void TellEnds()
    {
        _endsToTell.ForEach(end => end.Task.Tell(end.End));
        _endsToTell.Clear();
    }

    private void AnswerThoseWhoWait()
    {
        if (_awaitQuiet.Count > 0 && _window.IsComplete)
        {
            _awaitQuiet.ForEach(waiting => waiting.Tell(new NodeQuiet()));
            _awaitQuiet.Clear();
        }

        if (_awaitEmpty.Count > 0 && HoldsNothing)
        {
            _awaitEmpty.ForEach(waiting => waiting.Tell(new NodeEmpty()));
            _awaitEmpty.Clear();
        }

        WatchIdleness();
    }

    private void WatchIdleness()
    {
        if (_awaitIdle is not { } idle)
        {
            return;
        }

        if (!HoldsNothing)
        {
            Context.Timers.Cancel(IdleTimer);
        }
        else if (!Context.Timers.IsActive(IdleTimer))
        {
            Context.Timers.StartSingle(IdleTimer, NodeMessage.IdleLongEnough.Instance, idle.For);
        }
    }

    /// <summary>
    /// What is held here can always be let go without hearing more from the launcher: the store takes it, or a job claims it. What is stored but cannot be acknowledged,
    /// since an end before it is not settled, is not held: to wait for that would stop a healthy node.
    /// </summary>
    private void PauseOrResume()
    {
        var held = _logs.HeldBytes + _strangers.HeldBytes;
        if (!_paused && held > options.OutputHeldBytesMax)
        {
            _paused = true;
            launcher.Pause();
            NodeLog.Paused(Context.Logger, _logs.IsFailing ? LogLevel.Warning : LogLevel.Debug, options.Name, held);
        }
        else if (_paused && held <= options.OutputHeldBytesMax / 2)
        {
            _paused = false;
            launcher.Resume();
            NodeLog.Resumed(Context.Logger, options.Name);
        }
    }

    /// <summary>
    /// While enough waits here to keep the node busy, outcomes wait a moment for company: one commit then covers many short tasks.
    /// </summary>
    private void TellOutcomes(bool haveWaited)
    {
        var isBusy = _ledger.Waiting >= options.Capacity.Cpus * WaitingPerCpuToBeBusy;
        if (haveWaited || !isBusy || _outbox.Count >= OutcomesToldAtOnce)
        {
            Context.Timers.Cancel(CompanyTimer);
            _outbox.Flush(options.Name, Context.Self);
        }
        else if (_outbox.Count > 0 && !Context.Timers.IsActive(CompanyTimer))
        {
            Context.Timers.StartSingle(CompanyTimer, NodeMessage.TellOutcomes.Instance, CompanyDelay);
        }
    }

    private void Take(NodeMessage message)
    {
        switch (message)
        {
            case NodeMessage.StartTasks start:
                foreach (var task in start.Tasks)
                {
                    Accept(start.Job, task);
                }

                break;
            case NodeMessage.AdoptTasks adopt:
                foreach (var task in adopt.Tasks)
                {
                    Adopt(adopt.Job, task);
                }

                break;
            case NodeMessage.Leased leased:
                Lease(leased);
                break;
            case NodeMessage.EndTasks end:
                foreach (var attempt in end.Attempts)
                {
                    End(attempt);
                }

                break;
            case NodeMessage.Disown disown:
                foreach (var attempt in disown.Attempts)
                {
                    Disown(attempt);
                }

                break;
            case NodeMessage.Drain drain:
                _drains = drain.Drains;
                break;
            case NodeMessage.ChangeTags changed:
                ChangeTags(changed.Tags);
                break;
            case NodeMessage.Settled settled:
                foreach (var attempt in settled.Attempts)
                {
                    Settle(attempt);
                }

                break;
            case NodeMessage.LauncherSaid said:
                foreach (var @event in said.Events)
                {
                    Hear(@event);
                }

                break;
            case NodeMessage.Launch launch:
                Launch(launch.Request);
                break;
            case NodeMessage.EndProcess end:
                EndProcess(end.Attempt);
                break;
            case NodeMessage.TellOutcomes:
                break;
            case NodeMessage.LookAtPhases:
                (_willLookAtPhases, _looksAtPhases) = (false, true);
                break;
            case NodeMessage.AwaitQuiet quiet:
                _awaitQuiet.Add(quiet.ReplyTo);
                break;
            case NodeMessage.AwaitEmpty empty:
                _awaitEmpty.Add(empty.ReplyTo);
                break;
            case NodeMessage.AwaitIdle idle:
                _awaitIdle = idle;
                break;
            case NodeMessage.IdleLongEnough:
                _awaitIdle?.ReplyTo.Tell(new NodeEmpty());
                _awaitIdle = null;
                break;
            case NodeMessage.Evict:
                Evict();
                break;
            case NodeMessage.TaskEnded ended:
                Conclude(ended.Attempt, ended.Outcome);
                break;
            case NodeMessage.SearchFailed failed:
                NodeLog.SearchFailed(Context.Logger, failed.Attempt, failed.Missing, ++SearchesFailed, failed.Reason);
                break;
            case NodeMessage.TaskActorGone gone:
                Notice(gone.Attempt);
                break;
            case NodeMessage.LogsStored stored:
                _logs.Stored(stored);
                foreach (var @event in stored.Events)
                {
                    Finish(@event.Incarnation, @event.SequenceNr);
                }

                break;
            case NodeMessage.LogsFailed failed:
                _logs.Failed(failed);
                break;
            case NodeMessage.RetryLogs:
                _logs.Retry();
                break;
            case NodeMessage.AskAgain:
                AskAgain();
                break;
            case NodeMessage.Discarded { Failure: { } failure } kept:
                NodeLog.DiscardFailed(Context.Logger, kept.Attempt, failure);
                break;
            case NodeMessage.Discarded:
                break;
            default:
                throw new InvalidOperationException($"A Cluster_Manager knows no message {message.GetType().Name}.");
        }
    }

    private void Accept(IActorRef<JobMessage> job, TaskStart start)
    {
        if (_entries.TryGetValue(start.Attempt, out var known))
        {
            Remind(known, job);
            return;
        }

        var entry = new AttemptEntry(start, job, Context.Time.GetUtcNow());
        _entries.Add(start.Attempt, entry);
        if (_ledger.CanEverHold(start.Resources))
        {
            _ledger.Enqueue(start);
        }
        else
        {
            Conclude(entry, Never(start, FailureCause.Launch, $"node {options.Name} is too small for it"));
        }
    }

    private void Adopt(IActorRef<JobMessage> job, AdoptedTask task)
    {
        var attempt = task.Start.Attempt;
        if (_entries.TryGetValue(attempt, out var known))
        {
            Remind(known, job);
        }
        else if (_strangers.TryClaim(attempt, out var stranger))
        {
            Resume(job, task.Start, stranger);
        }
        else if (_incarnation == task.Incarnation)
        {
            // This launcher never heard of it: it was committed, and the service died before it could be launched.
            Accept(job, task.Start);
        }
        else
        {
            var entry = new AttemptEntry(task.Start, job, since: null);
            _entries.Add(attempt, entry);
            Lose(entry, $"the keeper of node {options.Name} was restarted while it ran");
        }
    }

    /// <summary>A job asks again: what it does not know yet is told again.</summary>
    private void Remind(AttemptEntry entry, IActorRef<JobMessage> job)
    {
        entry.Job = job;
        if (entry.Outcome is { } outcome)
        {
            _outbox.Add(entry.Job, entry.Start.Attempt, outcome);
        }
    }

    private void Resume(IActorRef<JobMessage> job, TaskStart start, Strangers.Stranger stranger)
    {
        var entry = new AttemptEntry(start, job, since: null) { Launched = true };
        _entries.Add(start.Attempt, entry);
        _ledger.Hold(start.Attempt, start.Resources);
        entry.Task = SpawnTask(entry, adopted: true);
        foreach (var said in stranger.Events)
        {
            HearFrom(entry, said, stranger.Incarnation);
        }
    }

    private IActorRef<TaskMessage> SpawnTask(AttemptEntry entry, bool adopted)
    {
        var (start, progress) = (entry.Start, entry.Files);
        var props = new Props<TaskMessage>(() => new TaskActor(start, adopted, files, progress, logs, Context.Self));
        var attempt = start.Attempt;
        var task = Context.Spawn(props, $"{attempt.Job}.{attempt.Task}.{attempt.Number}");
        Context.Watch(task, new NodeMessage.TaskActorGone(attempt));
        return task;
    }

    private void AdmitWaiting()
    {
        if (_drains)
        {
            GiveBack();
            return;
        }

        // What an earlier life of the service started holds resources that the ledger learns of when a job claims it.
        while (_connected && !_strangers.MayRun && _ledger.TryAdmit(out var start))
        {
            var entry = _entries[start.Attempt];
            entry.Since = Context.Time.GetUtcNow();
            entry.Task = SpawnTask(entry, adopted: false);
        }
    }

    /// <summary>Nothing of these has begun: their jobs have them done elsewhere, as if they had not been given here.</summary>
    private void GiveBack()
    {
        foreach (var start in _ledger.TakeWaiting())
        {
            Conclude(_entries[start.Attempt], Never(start, FailureCause.Returned, $"node {options.Name} is drained: it had not begun this and gave it back"));
        }
    }

    private void Launch(LaunchRequest request)
    {
        if (_entries.TryGetValue(request.Attempt, out var entry))
        {
            entry.Request = request;
            entry.Since = Context.Time.GetUtcNow();
            entry.Files.Clear();
            _toLaunch.Add(entry);
        }
    }

    private void FlushLaunches()
    {
        if (!_connected || _toLaunch.Count == 0)
        {
            return;
        }

        // Without those that were concluded while they waited here.
        var due = _toLaunch.Where(entry => entry.Outcome is null).Distinct().ToList();
        _toLaunch.Clear();
        if (due.Count == 0)
        {
            return;
        }

        due.ForEach(entry => entry.Launched = true);
        launcher.Start(_incarnation!.Value, [.. due.Select(entry => entry.Request!)]);
        foreach (var entry in due.Where(entry => entry.EndRequested))
        {
            launcher.End(entry.Start.Attempt, EndReason.Cancelled);
        }
    }

    private void End(AttemptId attempt)
    {
        if (!_entries.TryGetValue(attempt, out var entry))
        {
            return;
        }

        if (_ledger.Withdraw(attempt))
        {
            ConcludeUnstarted(entry);
        }
        else
        {
            entry.Task?.Tell(TaskMessage.End.Instance);
        }
    }

    private void EndProcess(AttemptId attempt)
    {
        if (!_entries.TryGetValue(attempt, out var entry) || entry.Outcome is not null)
        {
            return;
        }

        entry.EndRequested = true;
        if (entry.Launched)
        {
            launcher.End(attempt, EndReason.Cancelled);
        }
        else
        {
            ConcludeUnstarted(entry);
        }
    }

    private void Evict()
    {
        foreach (var entry in _entries.Values.Where(entry => entry.Outcome is null).ToList())
        {
            if (entry.RunsInLauncher)
            {
                launcher.End(entry.Start.Attempt, EndReason.Evicted);
            }
            else if (entry.EndSequenceNr is null)
            {
                _ledger.Withdraw(entry.Start.Attempt);
                Lose(entry, $"node {options.Name} had to leave before it was started");
                if (entry.Task is { } task)
                {
                    Context.Stop(task);
                }
            }
        }
    }

    private void ConcludeUnstarted(AttemptEntry entry)
    {
        Conclude(entry, Never(entry.Start, FailureCause.Cancelled, "ended before its process was started"));
        StopTask(entry);
    }

    private void StopTask(AttemptEntry entry)
    {
        if (entry.Task is { } task)
        {
            Context.Stop(task);
        }
    }

    /// <summary>
    /// The launcher ends what runs when a lease runs out, and starts nothing then. But what was still being prepared, or waited, must not be started under the
    /// next lease either: by now it may run elsewhere.
    /// </summary>
    private void Lease(NodeMessage.Leased leased)
    {
        if (leased.Lapsed)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Outcome is null).ToList())
            {
                FenceIfUnstarted(entry);
            }
        }

        launcher.Lease(leased.Until);
    }

    private void FenceIfUnstarted(AttemptEntry entry)
    {
        if (entry.Launched)
        {
            entry.IsFenced = true;
            return;
        }

        _ledger.Withdraw(entry.Start.Attempt);
        LoseUnstarted(entry);
    }

    private void LoseUnstarted(AttemptEntry entry)
    {
        Lose(entry, $"the lease of node {options.Name} ran out before it was started");
        StopTask(entry);
    }

    private void Disown(AttemptId attempt)
    {
        if (!_strangers.TryClaim(attempt, out var stranger))
        {
            // Its outcome was told already, and the answer was lost; or it runs, and its job has given up this node meanwhile.
            End(attempt);
            Settle(attempt);
            return;
        }

        if (!stranger.HasEnded)
        {
            _strangers.Disown(attempt);
            launcher.End(attempt, EndReason.Cancelled);
        }

        foreach (var said in stranger.Events)
        {
            HearFromDisowned(said, stranger.Incarnation);
        }
    }

    private void Hear(LauncherEvent @event)
    {
        switch (@event)
        {
            case LauncherEvent.Connected connected:
                Connect(connected);
                break;
            case LauncherEvent.Disconnected disconnected:
                _connected = false;
                NodeLog.Disconnected(Context.Logger, options.Name, disconnected.Reason);
                scheduler.Tell(new SchedulerMessage.NodeLeft(options.Name));
                break;
            case LauncherEvent.Numbered numbered when _window.Admit(numbered.SequenceNr):
                HearNumbered(numbered, _incarnation!.Value);
                break;
            case LauncherEvent.Exited or LauncherEvent.LaunchFailed:
                _strangers.EndedBefore(((LauncherEvent.Numbered)@event).Attempt);
                break;
            default:
                // Resent after a reconnect, and in hand already.
                break;
        }
    }

    private void HearNumbered(LauncherEvent.Numbered numbered, Guid incarnation)
    {
        if (numbered is LauncherEvent.Started)
        {
            Finish(incarnation, numbered.SequenceNr);
        }
        else if (_entries.TryGetValue(numbered.Attempt, out var entry))
        {
            HearFrom(entry, numbered, incarnation);
        }
        else if (_strangers.IsDisowned(numbered.Attempt))
        {
            HearFromDisowned(numbered, incarnation);
        }
        else
        {
            _strangers.Keep(numbered, incarnation);
        }
    }

    private void HearFrom(AttemptEntry entry, LauncherEvent.Numbered said, Guid incarnation)
    {
        if (said is LauncherEvent.Output output)
        {
            entry.LastOutput = new LauncherEventId(incarnation, output.SequenceNr);
            _logs.Add(output, entry.Start.Step, incarnation);
        }
        else
        {
            HearEnd(entry, said, incarnation);
        }
    }

    /// <summary>Nobody waits for its end, but its lines are kept as any other's.</summary>
    private void HearFromDisowned(LauncherEvent.Numbered said, Guid incarnation)
    {
        if (said is LauncherEvent.Output output)
        {
            _logs.Add(output, step: null, incarnation);
        }
        else
        {
            _strangers.Forget(said.Attempt);
            files.Settled(said.Attempt);
            Finish(incarnation, said.SequenceNr);
        }
    }

    private void HearEnd(AttemptEntry entry, LauncherEvent.Numbered end, Guid incarnation)
    {
        entry.EndSequenceNr = end.SequenceNr;
        entry.EndIncarnation = incarnation;
        entry.Since = Context.Time.GetUtcNow();
        _ledger.Release(entry.Start.Attempt);
        if (entry.Task is not { } task)
        {
            ConcludeAbandoned(entry);
            return;
        }

        _endsToTell.Add((task, end switch
        {
            LauncherEvent.Exited exited => new TaskMessage.Exited(exited.Exit, entry.LastOutput),
            LauncherEvent.LaunchFailed failed => new TaskMessage.LaunchFailed(failed.Reason),
            _ => throw new InvalidOperationException($"{end.GetType().Name} is no end."),
        }));
    }

    private void Connect(LauncherEvent.Connected connected)
    {
        var sameLauncher = _incarnation == connected.Incarnation;
        if (!sameLauncher)
        {
            MeetNewLauncher();
        }
        else if (_window.Reached is { } reached)
        {
            // The last acknowledgement may have been lost with the connection, and perhaps no other one follows.
            launcher.Acknowledge(connected.Incarnation, reached);
        }

        _incarnation = connected.Incarnation;
        _connected = true;
        NodeLog.Connected(Context.Logger, options.Name, connected.Incarnation, connected.Attempts.Length);
        var listed = connected.Attempts.ToHashSet();
        _strangers.KeepListed(listed);
        foreach (var entry in _entries.Values.Where(entry => entry.RunsInLauncher))
        {
            Compare(entry, sameLauncher, listed.Contains(entry.Start.Attempt));
        }

        foreach (var attempt in connected.Attempts.Where(attempt => !_entries.ContainsKey(attempt)))
        {
            _strangers.Meet(attempt, connected.Incarnation);
        }

        foreach (var attempt in _strangers.Disowned)
        {
            launcher.End(attempt, EndReason.Cancelled);
        }

        TellJoined(connected.Incarnation);
        Claim(_strangers.Unclaimed);
    }

    private void TellJoined(Guid incarnation) =>
        scheduler.Tell(new SchedulerMessage.NodeJoined(options.Name, incarnation, options.Capacity, _tags, Context.Self));

    private void ChangeTags(ImmutableArray<string> tags)
    {
        _tags = tags;
        if (_connected && _incarnation is { } incarnation)
        {
            TellJoined(incarnation);
        }
    }

    private void RememberToAskAgain()
    {
        if (!_willAskAgain && (_entries.Count > 0 || _strangers.Count > 0))
        {
            _willAskAgain = true;
            Context.Timers.StartSingle(AskAgainTimer, NodeMessage.AskAgain.Instance, AskAgainDelay);
        }
    }

    /// <summary>
    /// A job whose append failed has lost the messages of that turn, and may have ended and gone since. What it left unanswered for a whole
    /// round is claimed anew: the answer is that it is wanted, and then it is told again, or that it is not.
    /// </summary>
    private void AskAgain()
    {
        _willAskAgain = false;
        var unanswered = _entries.Values.Where(entry => entry is { Outcome: not null, Unanswered: true }).Select(entry => entry.Start.Attempt).ToList();
        foreach (var entry in _entries.Values.Where(entry => entry.Outcome is not null))
        {
            entry.Unanswered = true;
        }

        Claim([.. _strangers.Unclaimed, .. unanswered]);
    }

    private void MeetNewLauncher()
    {
        _window = new AckWindow();
        foreach (var stranger in _strangers.LoseRunning())
        {
            foreach (var output in stranger.Events.OfType<LauncherEvent.Output>())
            {
                _logs.Add(output, step: null, stranger.Incarnation);
            }
        }
    }

    private void Claim(ImmutableArray<AttemptId> attempts)
    {
        if (!attempts.IsEmpty)
        {
            frontend.Tell(new FrontendMessage.Claim(options.Name, attempts, Context.Self));
        }
    }

    private void Compare(AttemptEntry entry, bool sameLauncher, bool listed)
    {
        var attempt = entry.Start.Attempt;
        if (!sameLauncher)
        {
            Lose(entry, $"the keeper of node {options.Name} died while it ran");
            StopTask(entry);
        }
        else if (!listed && entry.IsFenced)
        {
            LoseUnstarted(entry);
        }
        else if (!listed && entry.Request is not null)
        {
            // The request was lost with the connection, or is on its way on this one: this launcher starts nothing twice. Even one that
            // is to end is started, for nobody can say that it was not; its end follows at once.
            _toLaunch.Add(entry);
        }
        else if (entry.EndRequested)
        {
            launcher.End(attempt, EndReason.Cancelled);
        }
    }

    private void Notice(AttemptId attempt)
    {
        if (!_entries.TryGetValue(attempt, out var entry) || entry.Outcome is not null)
        {
            return;
        }

        entry.Task = null;
        if (entry.RunsInLauncher)
        {
            // Told only when its processes are gone: until then no other attempt may begin.
            EndProcess(attempt);
        }
        else
        {
            ConcludeAbandoned(entry);
        }
    }

    private void ConcludeAbandoned(AttemptEntry entry) =>
        Conclude(entry, Never(entry.Start, FailureCause.Launch, "its task actor failed; the service's log says why"));

    private void Conclude(AttemptId attempt, AttemptOutcome outcome)
    {
        if (!_entries.TryGetValue(attempt, out var entry) || entry.Outcome is not null)
        {
            return;
        }

        if (outcome is AttemptOutcome.Lost lost)
        {
            Lose(entry, lost.Reason);
        }
        else
        {
            Conclude(entry, outcome);
        }
    }

    private void Conclude(AttemptEntry entry, AttemptOutcome outcome)
    {
        entry.Outcome = outcome;
        if (!entry.RunsInLauncher)
        {
            _ledger.Release(entry.Start.Attempt);
        }

        _outbox.Add(entry.Job, entry.Start.Attempt, outcome);
    }

    private void Lose(AttemptEntry entry, string reason)
    {
        Conclude(entry, new AttemptOutcome.Lost(reason));
        var attempt = entry.Start.Attempt;
        Context.PipeToSelf<NodeMessage>(
            async stopping =>
            {
                await files.DiscardAsync(attempt, stopping);
                return new NodeMessage.Discarded(attempt, null);
            },
            static done => done,
            failure => new NodeMessage.Discarded(attempt, failure));
    }

    private void Settle(AttemptId attempt)
    {
        if (!_entries.TryGetValue(attempt, out var entry) || entry.Outcome is null)
        {
            return;
        }

        _entries.Remove(attempt);
        if (entry.Start is { Work: TaskWork.Directed } or { Code: not null })
        {
            files.Settled(attempt);
        }

        if (entry.EndSequenceNr is { } sequenceNr)
        {
            Finish(entry.EndIncarnation, sequenceNr);
        }
    }

    /// <summary>An event of the launcher is dealt with. Those of an earlier incarnation went with it.</summary>
    private void Finish(Guid? incarnation, long sequenceNr)
    {
        if (incarnation is { } known && known == _incarnation && _window.Finish(sequenceNr) is { } reached)
        {
            launcher.Acknowledge(known, reached);
        }
    }

    private static AttemptOutcome.Ended Never(TaskStart start, FailureCause cause, string message) =>
        new(new AttemptReport(new TaskAttempt(start.Attempt.Task, start.Attempt.Number), cause, message, null, [], []));
}
