using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>
/// The seam to whatever runs recipe processes: the keeper in production, a seeded fake in the simulator.
/// Calls never block and never fail; whatever becomes of them is told by events.
/// </summary>
public interface IProcessLauncher
{
    /// <summary>
    /// Begins to connect, for as long as the launcher lives. <paramref name="onEvents"/> is called for one batch at a time, in order, and must
    /// return quickly. The first event is <see cref="LauncherEvent.Connected"/>.
    /// </summary>
    void Connect(Action<IReadOnlyList<LauncherEvent>> onEvents);

    /// <summary>
    /// Starts attempts. One that is known already is left alone. The requests are dropped while disconnected, and when another
    /// <paramref name="incarnation"/> than the one that the caller knows has taken over: the caller will hear of it, and take what the old one ran for lost.
    /// </summary>
    void Start(Guid incarnation, IReadOnlyList<LaunchRequest> requests);

    /// <summary>Ends an attempt: SIGTERM to its processes, SIGKILL after its grace. An unknown attempt is ignored.</summary>
    void End(AttemptId attempt, EndReason reason);

    /// <summary>Everything of this incarnation up to and including this number is durable elsewhere and may be forgotten. May be lost with the connection.</summary>
    void Acknowledge(Guid incarnation, long sequenceNr);

    /// <summary>
    /// Asks for no more numbered events for now: the receiver holds as much as it can. A few that are on their way still come; the launcher keeps the others as
    /// it does for a receiver that is away. All else goes on: calls, and being told of a launcher that came or went.
    /// </summary>
    void Pause();

    /// <summary>Asks for all events again; without a pause it does nothing.</summary>
    void Resume();

    /// <summary>
    /// Says how long processes of this node may run: until <paramref name="until"/>, a time since the host's start on a clock that also runs while the
    /// host is suspended (CLOCK_BOOTTIME). Then the launcher ends all of them, whoever else lives or not: SIGTERM, SIGKILL at
    /// <paramref name="until"/> plus their grace, <see cref="EndReason.Fenced"/>. What it is asked to start after that moment it answers with an
    /// <see cref="LauncherEvent.Exited"/> of the same reason, until a later lease comes.
    /// </summary>
    /// <remarks>
    /// An earlier lease than the present one is ignored. A lease is told again to a launcher of another incarnation, and to one that was away. While none was ever
    /// told there is no fence; a node whose tasks may be given to others says <see cref="TimeSpan.Zero"/> before it connects, so that nothing is
    /// started before its first real lease, and takes tasks only once it has told one that lasts: those that come earlier are answered as fenced.
    /// </remarks>
    void Lease(TimeSpan until);
}
