using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>Who is known to the DPU.</summary>
internal sealed class UserCommand : DpuCommand
{
    public const string Types = "visitor looks only; 1 runs recipes; 2 also chooses nodes, resources, versions and priorities; 3 also ships code and runs commands; operator runs the DPU";

    public UserCommand()
        : base(
            "user",
            "Makes users known, and changes what they may do",
            "dpu user add jane --type 2 --project KIDS",
            "dpu user list",
            "dpu user set jane --type 3",
            "dpu user password jane",
            "dpu user disable jane")
    {
        Add(new UserAddCommand());
        Add(new UserListCommand());
        Add(new UserSetCommand());
        Add(new UserPasswordCommand());
        Add(new UserSwitchCommand("disable", "Nobody is let in as this user any more: no login, no token, open requests end. Jobs run on", enable: false));
        Add(new UserSwitchCommand("enable", "Lets a user in again, with the tokens that he had; waits after wrong passwords are forgotten", enable: true));
    }

    public override Task<int> RunAsync(Invocation invocation) =>
        throw new UsageException("What is to be done with users? 'dpu user add NAME', 'list', 'set NAME', 'password [NAME]', 'disable NAME' or 'enable NAME'.");

    public static Argument<string> NameArgument() => new("NAME") { Description = "The user's name" };

    public static string NameOf(string? name) => Values.NotBlank(name!, "user", "'dpu user list' shows them");

    /// <summary>Tells a user as he is now.</summary>
    public static int Answer(Invocation invocation, Option<bool> json, UserInfo user, string sentence)
    {
        invocation.Context.Say(sentence);
        if (invocation.Get(json))
        {
            invocation.Context.WriteJson(user, ApiJson.Readable.UserInfo);
        }

        return ExitCodes.Done;
    }
}

internal sealed class UserAddCommand : DpuCommand
{
    private readonly Argument<string> _name = UserCommand.NameArgument();
    private readonly Option<string> _type = new("--type") { Description = UserCommand.Types, HelpName = "visitor|1|2|3|operator", Required = true };
    private readonly Option<string[]> _projects = new("--project") { Description = "Makes the user a member; may be given several times", HelpName = "P" };
    private readonly Option<string?> _project = new("--default-project") { Description = "Where what the user makes goes unless a submission says otherwise; common if not given", HelpName = "P" };
    private readonly Option<string?> _privileges = new("--default-privileges") { Description = "Who sees it then; project if not given", HelpName = "mydb|project|users|world" };
    private readonly Option<bool> _json = JsonOption("The user, as in 'dpu user list --json'");

    public UserAddCommand()
        : base(
            "add",
            "Makes a user known. A name is never free again: jobs and files keep theirs",
            "dpu user add jane --type 2",
            "dpu user add jane --type 2 --project KIDS --default-project KIDS && dpu user password jane",
            "dpu user add robot --type 1 && dpu key create --for user --user robot --out robot.token")
    {
        Add(_name);
        Add(_type);
        Add(_projects);
        Add(_project);
        Add(_privileges);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        var request = new UserRequest(
            UserCommand.NameOf(invocation.Get(_name)), invocation.Get(_type), invocation.Get(_projects) is { Length: > 0 } projects ? projects : null, invocation.Get(_project), invocation.Get(_privileges));
        var user = await http.AddUserAsync(request, CancellationToken.None);
        return UserCommand.Answer(
            invocation, _json, user, $"'{user.Name}' is known as {UserText.Type(user.Type)}. 'dpu user password {user.Name}' gives a password, 'dpu key create --for user --user {user.Name}' a token.");
    }
}

internal sealed class UserSetCommand : DpuCommand
{
    private readonly Argument<string> _name = UserCommand.NameArgument();
    private readonly Option<string?> _type = new("--type") { Description = UserCommand.Types, HelpName = "visitor|1|2|3|operator" };
    private readonly Option<string[]> _projects = new("--project") { Description = "All projects that the user is a member of from now on; may be given several times", HelpName = "P" };
    private readonly Option<bool> _none = new("--no-projects") { Description = "The user is a member of the common project only" };
    private readonly Option<string?> _project = new("--default-project") { Description = "Where what the user makes goes unless a submission says otherwise", HelpName = "P" };
    private readonly Option<string?> _privileges = new("--default-privileges") { Description = "Who sees it then", HelpName = "mydb|project|users|world" };
    private readonly Option<bool> _json = JsonOption("The user, as in 'dpu user list --json'");

    public UserSetCommand()
        : base("set", "Changes what a user may do and belongs to; what is not given stays", "dpu user set jane --type 3", "dpu user set jane --project KIDS --project OmegaCAM --default-project KIDS")
    {
        Add(_name);
        Add(_type);
        Add(_projects);
        Add(_none);
        Add(_project);
        Add(_privileges);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var (given, none) = (invocation.Get(_projects) is { Length: > 0 } projects ? projects : null, invocation.Get(_none));
        if (given is not null && none)
        {
            throw new UsageException("Either --project or --no-projects.");
        }

        var change = new UserChange(invocation.Get(_type), none ? [] : given, invocation.Get(_project), invocation.Get(_privileges));
        if (change == new UserChange(null, null, null, null))
        {
            throw new UsageException("What is to be changed? --type, --project, --no-projects, --default-project or --default-privileges.");
        }

        using var http = invocation.Context.OpenClient(invocation.Dpu);
        var user = await http.ChangeUserAsync(UserCommand.NameOf(invocation.Get(_name)), change, CancellationToken.None);
        return UserCommand.Answer(invocation, _json, user, $"'{user.Name}' is {UserText.Type(user.Type)} now{(user.Projects.Count == 0 ? "" : $", a member of {string.Join(" and ", user.Projects.Select(project => $"'{project}'"))}")}; results go to '{user.Project}', privileges {user.Privileges}.");
    }
}

internal sealed class UserPasswordCommand : DpuCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "Whose; your own if not given", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = JsonOption("The user, as in 'dpu user list --json'");

    public UserPasswordCommand()
        : base(
            "password",
            "Gives a user another password, asked for or read from standard input; logins with the old one end. Without NAME your own, after the one that you have",
            "dpu user password jane",
            "dpu user password",
            "dpu user password robot < robot.password")
    {
        Add(_name);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var who = await http.GetWhoAmIAsync(CancellationToken.None);
        var name = invocation.Get(_name) is { } named ? UserCommand.NameOf(named) : who.Name ?? throw new UsageException("You are a visitor there, who has no password: 'dpu login' first.");
        using var secrets = new Secrets(context);
        var current = who.Type == "operator" ? null : secrets.Read($"Present password of {name}");
        var user = await http.SetPasswordAsync(name, new PasswordRequest(secrets.ReadNew($"New password of {name}"), current), CancellationToken.None);
        return UserCommand.Answer(invocation, _json, user, $"'{user.Name}' has another password now. Tokens that were made for the old one by 'dpu login' are of no use any more; {user.Tokens} others are.");
    }
}

internal sealed class UserSwitchCommand : DpuCommand
{
    private readonly bool _enable;
    private readonly Argument<string> _name = UserCommand.NameArgument();
    private readonly Option<bool> _json = JsonOption("The user, as in 'dpu user list --json'");

    public UserSwitchCommand(string name, string description, bool enable)
        : base(name, description, $"dpu user {name} jane")
    {
        _enable = enable;
        Add(_name);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        var name = UserCommand.NameOf(invocation.Get(_name));
        var user = await (_enable ? http.EnableUserAsync(name, CancellationToken.None) : http.DisableUserAsync(name, CancellationToken.None));
        return UserCommand.Answer(invocation, _json, user, _enable ? $"'{user.Name}' is let in." : $"Nobody is let in as '{user.Name}' any more. What he submitted runs on; 'dpu jobs --user {user.Name}' shows it.");
    }
}

internal sealed class UserListCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"name\",\"type\",\"projects\",\"project\",\"privileges\",\"enabled\",\"hasPassword\",\"tokens\",\"added\",\"addedBy\",\"waitSeconds\"}");

    public UserListCommand()
        : base("list", "Users, and how they can be known", "dpu user list", "dpu user list --json") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var users = await http.GetUsersAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(users, ApiJson.Readable.IReadOnlyListUserInfo);
            return ExitCodes.Done;
        }

        var table = new Table("NAME", "TYPE", "STATE", "PASSWORD", "TOKENS", "GOES TO", "PROJECTS", "ADDED", "BY").Right(4);
        foreach (var user in users)
        {
            table.Add(
                user.Name,
                user.Type,
                !user.Enabled ? "disabled" : user.WaitSeconds > 0 ? "locked" : "enabled",
                user.HasPassword ? "yes" : "no",
                Units.Number(user.Tokens),
                $"{user.Project}/{user.Privileges}",
                string.Join(" ", user.Projects.Select(project => project.Any(char.IsWhiteSpace) ? $"'{project}'" : project)),
                Units.Time(user.Added, context.Time.LocalTimeZone),
                user.AddedBy);
        }

        table.WriteTo(context.Out);
        return ExitCodes.Done;
    }
}
