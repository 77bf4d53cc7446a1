namespace Dpu.Client;

/// <summary>How a client reaches its DPU.</summary>
public sealed record DpuClientOptions
{
    /// <summary>Where the DPU listens, such as <c>http://127.0.0.1:8470</c>.</summary>
    public required Uri Address { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Seeds the jitter of waits between tries.</summary>
    public int Seed { get; init; } = Environment.ProcessId;

    /// <summary>The token for an address, asked before each request (a restarted service has a fresh one); null makes a visitor.</summary>
    public Func<Uri, string?> Token { get; init; } = TokenFile.Read;

    /// <summary>Whether requests hold a password: then they are sent only where a token would be.</summary>
    public bool SendsPasswords { get; init; }

    /// <summary>Says why a token must not be sent to an address, or null when it may be. Asked before each connection, not before each request.</summary>
    public Func<Uri, string?> Distrust { get; init; } = Dpu.Client.Trust.Listener.Distrust;

    /// <summary>Which servers are believed at an address that begins with https.</summary>
    public Func<Uri, Dpu.Client.Trust.ServerTrust> Trust { get; init; } = Dpu.Client.Trust.KnownAuthorities.TrustFor;

    /// <summary>Makes the transport; null for sockets.</summary>
    public Func<HttpMessageHandler>? Transport { get; init; }

    /// <summary>How long an answer may take to begin.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long one ingest may take.</summary>
    public TimeSpan IngestTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a stream may be silent, keep-alive comments included, before it counts as broken.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long a submission whose answer was lost is repeated.</summary>
    public TimeSpan SubmitPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a broken stream is asked for again before its reader is told.</summary>
    public TimeSpan WatchPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Told, once per outage, that a connection broke and is tried again.</summary>
    public Action<DpuException>? ConnectionLost { get; init; }
}
