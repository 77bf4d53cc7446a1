using System.CommandLine;
using Dpu.Cli.Commands;
using Dpu.Service;

namespace Dpu.Cli.Arguments;

/// <summary>Options of the commands that need a DPU's configuration.</summary>
/// <param name="role">The role when there is nothing to choose; null where <c>--role</c> chooses.</param>
internal sealed class HostingOptions(string? role = null)
{
    private readonly Option<string?> _config = new("--config") { Description = "A HOCON file with what differs from the built-in configuration", HelpName = "FILE" };
    private readonly Option<string[]> _define = new("-D") { Description = "One configuration key, such as dpu.node.cpus=2; may be repeated, the last one wins", HelpName = "key=value" };
    private readonly Option<string?> _data = new("--data") { Description = "Where everything is kept, instead of dpu.data", HelpName = "DIR" };
    private readonly Option<string?> _port = new("--port") { Description = "Where the DPU listens, instead of dpu.http.port; 0 for any free port", HelpName = "N" };
    private readonly Option<string> _role = new("--role") { Description = "embedded: frontend and one backend node in one process; frontend: no node of its own", HelpName = "ROLE", DefaultValueFactory = _ => "embedded" };

    public void AddTo(Command command, bool withRole = true)
    {
        command.Add(_config);
        command.Add(_define);
        command.Add(_data);
        if (role is not null)
        {
            return;
        }

        command.Add(_port);
        if (withRole)
        {
            command.Add(_role);
        }
    }

    /// <summary>Whether any of them was given.</summary>
    public bool AnyGiven(Invocation invocation) =>
        new Option[] { _config, _define, _data, _port, _role }.Any(option => invocation.Parsed.GetResult(option) is { Implicit: false });

    /// <param name="invocation">What was typed.</param>
    /// <param name="defaultData">The data directory when none was given; null for the configuration's.</param>
    public ServeRequest Read(Invocation invocation, string? defaultData = null) => new(
        Values.NotEmpty("--config", invocation.Get(_config)),
        [.. (invocation.Get(_define) ?? []).Select(Definition)],
        Values.NotEmpty("--data", invocation.Get(_data)) ?? defaultData,
        role is null ? Port(invocation.Get(_port)) : null,
        role ?? invocation.Get(_role) ?? "embedded");

    private static KeyValuePair<string, string> Definition(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals].Trim(), text[(equals + 1)..])
            : throw new UsageException($"-D takes key=value, such as -D dpu.node.cpus=2, not '{text}'.");
    }

    private static int? Port(string? text)
    {
        var port = Values.WholeNumber("--port", text, 0);
        return port is null or <= ushort.MaxValue ? port : throw new UsageException($"--port takes a number up to {ushort.MaxValue}, not '{text}'.");
    }
}
