using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;

namespace Dpu.Cli.Commands;

/// <summary>Keeps a token for a DPU, so that all commands to it are its user's from now on.</summary>
internal sealed class LoginCommand : DpuCommand
{
    private readonly Argument<string?> _user = new("USER") { Description = "Who you are there; your name here if not given", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _file = new("--token-file") { Description = "Takes the token from this file, as 'dpu key create --for user' wrote it, instead of asking for a password", HelpName = "FILE" };
    private readonly Option<string?> _expires = new("--expires") { Description = "How long this login is good for; what the DPU finds right, if not given", HelpName = "TIME" };
    private readonly Option<string?> _note = new("--note") { Description = "Shown by 'dpu key list'; the name of this host if not given", HelpName = "TEXT" };
    private readonly Option<string?> _trust = new("--trust") { Description = "The key of the DPU's own authority, as 'dpu serve' shows it: then nobody is asked whether it is the right one", HelpName = "SHA256" };
    private readonly Option<bool> _json = JsonOption("Who you are, as 'dpu whoami --json' says it");

    public LoginCommand()
        : base(
            "login",
            "Logs in to a DPU with a password or a token; commands to it are yours until 'dpu logout'",
            "dpu login jane --dpu https://dpu.example.org:8470",
            "dpu login --token-file jane.token --dpu groningen",
            "dpu login robot < robot.password                          the password's line comes from standard input")
    {
        Add(_user);
        Add(_file);
        Add(_expires);
        Add(_note);
        Add(_trust);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var address = context.AddressOf(invocation.Dpu);
        var file = Values.NotEmpty("--token-file", invocation.Get(_file));
        if (file is not null && (invocation.Get(_user) ?? invocation.Get(_expires) ?? invocation.Get(_note)) is not null)
        {
            throw new UsageException("A token says whose it is and how long it is good for: USER, --expires and --note go with a password.");
        }

        var token = file is null ? null : ReadToken(file);
        await new ServerCheck(context).EnsureKnownAsync(address, Values.NotEmpty("--trust", invocation.Get(_trust)), token?.CaSha256);
        var parameter = token?.Parameter ?? await AskAsync(invocation, address);
        using var http = context.OpenClientAs(address, parameter);
        var who = await http.GetWhoAmIAsync(CancellationToken.None);
        context.KeepLogin(address, parameter);
        context.Say($"You are {WhoAmICommand.Text(who, context)}.");
        if (invocation.Get(_json))
        {
            context.WriteJson(who, ApiJson.Readable.WhoAmI);
        }

        return ExitCodes.Done;
    }

    private async Task<string> AskAsync(Invocation invocation, Uri address)
    {
        var context = invocation.Context;
        var user = invocation.Get(_user) is { } named ? Values.NotBlank(named, "user", "'dpu login NAME'") : Environment.UserName;
        var expires = Values.Seconds("--expires", invocation.Get(_expires));
        using var http = context.OpenClientAs(address, null);

        // Before somebody types a password for nobody.
        await http.GetHealthAsync(CancellationToken.None);
        using var secrets = new Secrets(context);
        var password = secrets.Read($"Password of {user} at {address.GetLeftPart(UriPartial.Authority)}");
        var note = Values.NotEmpty("--note", invocation.Get(_note)) ?? $"login on {Environment.MachineName}";
        return (await http.LogInAsync(new LoginRequest(user, password, note, expires), CancellationToken.None)).Token;
    }

    private static UserToken ReadToken(string path)
    {
        try
        {
            return UserToken.ReadFile(path);
        }
        catch (FormatException error)
        {
            throw new UsageException($"{error.Message}.");
        }
    }
}

/// <summary>The token of a login is of no use any more, and gone from here.</summary>
internal sealed class LogoutCommand : DpuCommand
{
    public LogoutCommand()
        : base("logout", "Ends a login: its token is revoked and removed", "dpu logout", "dpu logout --dpu https://dpu.example.org:8470")
    {
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var address = context.AddressOf(invocation.Dpu);
        if (context.LoginToken(address) is not { } token)
        {
            context.Say($"You have not logged in at {address.GetLeftPart(UriPartial.Authority)}.");
            return ExitCodes.Done;
        }

        using var http = context.OpenClientAs(address, token);
        try
        {
            var ended = await http.LogOutAsync(CancellationToken.None);
            context.Say($"'{ended.LastUsedBy}' is logged out: token {ended.Id} is of no use any more.");
        }
        catch (Client.DpuNotAllowedException e) when (e.Problem is { Status: 401 } problem)
        {
            context.Say($"The login was over already. {problem.Detail}");
        }

        context.DropLogin(address, token);
        return ExitCodes.Done;
    }
}

/// <summary>Who the DPU takes one for.</summary>
internal sealed class WhoAmICommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("{\"name\",\"type\",\"projects\",\"project\",\"privileges\",\"token\",\"expires\"}");

    public WhoAmICommand()
        : base("whoami", "Who the DPU takes you for, and what you may do", "dpu whoami", "dpu whoami --json") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var who = await http.GetWhoAmIAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(who, ApiJson.Readable.WhoAmI);
        }
        else
        {
            context.Out.WriteLine(Visible.Text(Text(who, context)));
        }

        return ExitCodes.Done;
    }

    public static string Text(WhoAmI who, CliContext context) => who.Name is null
        ? "a visitor"
        : $"{who.Name}, {UserText.Type(who.Type)}, of the projects {string.Join(", ", who.Projects.Select(Quoted))}; what you make goes to {Quoted(who.Project)}, privileges {who.Privileges}"
            + (who is { Token: { } token, Expires: { } expires } ? $" (token {token}, until {Units.Time(expires, context.Time.LocalTimeZone)})" : "");

    private static string Quoted(string project) => project.All(char.IsAsciiLetterOrDigit) ? project : $"'{project}'";
}
