namespace Dpu.Kernel;

/// <summary>A step of <see cref="CoordinatedShutdown"/>.</summary>
/// <param name="Name">What tasks name to take part in it.</param>
/// <param name="Timeout">How long its tasks may take together; then the next phase runs.</param>
public sealed record ShutdownPhase(string Name, TimeSpan Timeout)
{
    /// <summary>The first: nothing has been taken down yet.</summary>
    public const string BeforeServiceUnbind = "before-service-unbind";

    /// <summary>No new work comes in after this one: listeners close.</summary>
    public const string ServiceUnbind = "service-unbind";

    /// <summary>Work that had come in is finished.</summary>
    public const string ServiceRequestsDone = "service-requests-done";

    /// <summary>Services stop: links, schedulers, projections.</summary>
    public const string ServiceStop = "service-stop";

    /// <summary>The last before the actors stop.</summary>
    public const string BeforeActorSystemTerminate = "before-actor-system-terminate";

    /// <summary>The actors stop, after the tasks of this phase.</summary>
    public const string ActorSystemTerminate = "actor-system-terminate";

    /// <summary>Akka's phases as far as a system without a cluster of its own needs them, five seconds each, ten for the last.</summary>
    public static IReadOnlyList<ShutdownPhase> Defaults { get; } =
    [
        new(BeforeServiceUnbind, TimeSpan.FromSeconds(5)),
        new(ServiceUnbind, TimeSpan.FromSeconds(5)),
        new(ServiceRequestsDone, TimeSpan.FromSeconds(5)),
        new(ServiceStop, TimeSpan.FromSeconds(5)),
        new(BeforeActorSystemTerminate, TimeSpan.FromSeconds(5)),
        new(ActorSystemTerminate, TimeSpan.FromSeconds(10)),
    ];
}
