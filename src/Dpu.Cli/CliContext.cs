using Dpu.Client;
using Dpu.Client.Addressing;
using Dpu.Client.Trust;

namespace Dpu.Cli;

/// <summary>The world that a command meets: where it writes, what it reads, its clock and its transport. Tests bring their own.</summary>
internal sealed record CliContext
{
    /// <summary>Answers only: what a script reads.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Words for people, and progress.</summary>
    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns and lines of the terminal.</summary>
    public Func<(int Width, int Height)> WindowSize { get; init; } = static () => (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));

    /// <summary>Whether a person has typed that he has seen enough.</summary>
    public Func<bool> IsQuitTyped { get; init; } = Typed.IsQuit;

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>All environment variables.</summary>
    public Func<IEnumerable<KeyValuePair<string, string>>> Variables { get; init; } = static () => [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the transport of clients; null for sockets.</summary>
    public Func<HttpMessageHandler>? Transport { get; init; }

    /// <summary>Finds the token for an address.</summary>
    public Func<Uri, string?> Token { get; init; } = TokenFile.Read;

    /// <summary>The token of a login at an address; null when there was none.</summary>
    public Func<Uri, string?> LoginToken { get; init; } = TokenFile.ReadLogin;

    /// <summary>Keeps the token of a login, for all commands to that address.</summary>
    public Action<Uri, string> KeepLogin { get; init; } = TokenFile.WriteLogin;

    /// <summary>Removes it, if it is still that one.</summary>
    public Action<Uri, string> DropLogin { get; init; } = TokenFile.DeleteLogin;

    /// <summary>Whether a person types at standard input.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Reads a line that a person types, shown or not; null when they typed none.</summary>
    public Func<bool, string?> ReadTyped { get; init; } = Typed.Read;

    /// <summary>Meets whoever listens at an https address, and tells whether it is believed, and its authority.</summary>
    public Func<Uri, ServerTrust, Task<(bool IsBelieved, string? CaSha256)>> Meet { get; init; } = static (address, trust) => trust.MeetAsync(address, CancellationToken.None);

    /// <summary>Starts to catch Ctrl-C. Asked for by commands that wait; the others simply end.</summary>
    public Func<Interrupt> CatchInterrupt { get; init; } = Interrupt.OnSignals;

    /// <summary>Starts to catch SIGHUP. Asked for by those that run until they are told to end; it ends the others.</summary>
    public Func<Action, IDisposable> CatchHangup { get; init; } = Hangup.OnSignal;

    /// <summary>The address of the DPU that is meant.</summary>
    public Uri AddressOf(string? asked) => AddressResolver.Resolve(asked, Variable);

    /// <summary>A client that is known by a certain token, or by none and sends a password instead.</summary>
    public DpuHttpClient OpenClientAs(Uri address, string? token) => new(new DpuClientOptions
    {
        Address = address,
        Time = Time,
        Transport = Transport,
        Token = _ => token,
        SendsPasswords = token is null,
        Trust = asked => KnownAuthorities.TrustFor(asked, Variable("HOME") ?? ""),
    });

    /// <summary>A client of the DPU that is meant by <paramref name="asked"/>, the environment, or nothing at all.</summary>
    public DpuHttpClient OpenClient(string? asked, Action<string>? note = null) => new(new DpuClientOptions
    {
        Address = AddressResolver.Resolve(asked, Variable),
        Time = Time,
        Transport = Transport,
        Token = Token,
        Trust = address => KnownAuthorities.TrustFor(address, Variable("HOME") ?? ""),
        ConnectionLost = e => (note ?? Say)($"{e.Message} Trying again."),
    });

    /// <summary>One line for people.</summary>
    public void Say(string message) => Error.WriteLine(Output.Visible.Text(message));
}
