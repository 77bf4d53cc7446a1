using System.CommandLine;
using Dpu.Cli.Commands;
using Dpu.Hocon;

namespace Dpu.Cli.Arguments;

/// <summary>Where something belongs and who sees it: the same two options wherever something is made or shown.</summary>
internal sealed class ContextOptions(string usualProject, string usualPrivileges)
{
    private static readonly string[] Known = ["mydb", "project", "users", "world"];

    private readonly Option<string?> _project = new("--project") { Description = $"The project that it belongs to, of which you are a member; {usualProject}", HelpName = "P" };
    private readonly Option<string?> _privileges = new("--privileges") { Description = $"Who sees what it makes, beside you: mydb (nobody), project (its members), users (all), world (visitors, too); {usualPrivileges}", HelpName = "WHO" };

    public IEnumerable<Option> All => [_project, _privileges];

    public string? Project(Invocation invocation) => Values.NotEmpty("--project", invocation.Get(_project));

    public string? Privileges(Invocation invocation)
    {
        var text = invocation.Get(_privileges)?.ToLowerInvariant();
        if (text is null || Known.Contains(text))
        {
            return text;
        }

        var nearest = NearestName.Find(text, Known);
        throw new UsageException($"--privileges takes {string.Join(", ", Known)}, not '{text}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")}");
    }
}
