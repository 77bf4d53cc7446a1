using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>A launcher whose events the test sends, and whose calls it looks at.</summary>
internal sealed class ScriptedLauncher : IProcessLauncher
{
    private Action<IReadOnlyList<LauncherEvent>>? _onEvents;

    public List<AttemptId> Started { get; } = [];

    /// <summary>Whom the last request was meant for.</summary>
    public Guid? Meant { get; private set; }

    public List<AttemptId> Ended { get; } = [];

    public List<long> Acknowledged { get; } = [];

    public void Connect(Action<IReadOnlyList<LauncherEvent>> onEvents) => _onEvents = onEvents;

    public void Start(Guid incarnation, IReadOnlyList<LaunchRequest> requests)
    {
        Meant = incarnation;
        Started.AddRange(requests.Select(request => request.Attempt));
    }

    public void End(AttemptId attempt, EndReason reason) => Ended.Add(attempt);

    public void Acknowledge(Guid incarnation, long sequenceNr)
    {
        Meant = incarnation;
        Acknowledged.Add(sequenceNr);
    }

    public bool Paused { get; private set; }

    public void Pause() => Paused = true;

    public void Resume() => Paused = false;

    /// <summary>The last lease that it was told.</summary>
    public TimeSpan? Leased { get; private set; }

    public void Lease(TimeSpan until) => Leased = until;

    public void Say(params LauncherEvent[] events) => _onEvents!(events);

    public static LauncherEvent.Connected Connected(Guid incarnation, params AttemptId[] attempts) => new(incarnation, [.. attempts]);

    public static LauncherEvent.Started Running(long number, AttemptId attempt) => new(number, attempt, 4711, GivenJobs.Now);

    public static LauncherEvent.Output Line(long number, AttemptId attempt, string text) =>
        new(number, attempt, OutputStream.Out, GivenJobs.Now, Encoding.UTF8.GetBytes(text + "\n"));

    public static LauncherEvent.Exited Exited(long number, AttemptId attempt, AttemptExit? exit = null) => new(number, attempt, exit ?? GivenJobs.Exit());
}
