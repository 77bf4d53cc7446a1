using Microsoft.Extensions.Logging;

namespace Dpu.Kernel;

/// <summary>The world that an actor system lives in.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>Where actors run.</summary>
    public IDispatcher Dispatcher { get; init; } = ThreadPoolDispatcher.Shared;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where all of the system's chance comes from.</summary>
    public int Seed { get; init; }

    public ILoggerFactory? Loggers { get; init; }

    /// <summary>How many messages an actor handles before it gives its thread to others; at least 1.</summary>
    public int Throughput { get; init; } = 128;

    /// <summary>The phases of <see cref="CoordinatedShutdown"/>, in order.</summary>
    public IReadOnlyList<ShutdownPhase> ShutdownPhases { get; init; } = ShutdownPhase.Defaults;
}
