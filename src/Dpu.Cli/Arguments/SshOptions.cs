using System.CommandLine;
using Dpu.Cli.Commands;
using Dpu.Cli.Ssh;

namespace Dpu.Cli.Arguments;

/// <summary>Which host, and how ssh gets there.</summary>
internal sealed class SshOptions
{
    private readonly Option<string[]> _options = new("--ssh-option") { Description = "A further argument of ssh, as it is: --ssh-option=-p --ssh-option=2222; may be repeated", HelpName = "ARG" };
    private readonly Option<string?> _name = new("--name") { Description = "The node's name (the host's unless told)", HelpName = "S" };
    private readonly Option<string?> _data = new("--data") { Description = "Its data directory there (~/.local/share/dpu-node/NAME unless told)", HelpName = "DIR" };

    public Option<string> Host { get; } = new("--ssh") { Description = "The host, as ssh takes it; its login must need no password", HelpName = "HOST", Required = true };

    public void AddTo(Command command)
    {
        command.Add(Host);
        command.Add(_options);
        command.Add(_name);
        command.Add(_data);
    }

    public SshHost Read(Invocation invocation, TimeSpan time) => new(
        Values.NotEmpty("--ssh", invocation.Get(Host))!,
        invocation.Get(_options) ?? [],
        invocation.Context.Variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
        time);

    /// <summary>Without the user and what follows the name in an address.</summary>
    public string NameOf(Invocation invocation) =>
        Values.NotEmpty("--name", invocation.Get(_name)) ?? invocation.Get(Host)!.Split('@')[^1].Split('.')[0];

    public string? DataOf(Invocation invocation) => Values.NotEmpty("--data", invocation.Get(_data)) is not { } data ? null
        : data.StartsWith('/') ? data
        : throw new UsageException($"--data takes an absolute path on the host, not '{data}'.");
}
