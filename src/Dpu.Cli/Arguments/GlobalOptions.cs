using System.CommandLine;

namespace Dpu.Cli.Arguments;

/// <summary>Options that every command knows, before or behind its name.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Dpu { get; } = new("--dpu")
    {
        Description = "Which DPU: a name of your list, or an address such as http://host:8470. Else DPU_NAME, else dpu_name in ~/.awe/Environment.cfg, else http://127.0.0.1:8470",
        HelpName = "NAME|URL",
        Recursive = true,
    };
}
