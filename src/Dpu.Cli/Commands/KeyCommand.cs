using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;

namespace Dpu.Cli.Commands;

/// <summary>Keys by which nodes are let in, and tokens by which users are known.</summary>
internal sealed class KeyCommand : DpuCommand
{
    public KeyCommand()
        : base(
            "key",
            "Makes, lists and revokes the keys with which nodes join, and tokens of users",
            "dpu key create --for node --out lce001.key",
            "dpu key create --for user --user jane --out jane.token",
            "dpu key list",
            "dpu key revoke 0123abcd")
    {
        Add(new KeyCreateCommand());
        Add(new KeyListCommand());
        Add(new KeyRevokeCommand());
    }

    public override Task<int> RunAsync(Invocation invocation) => throw new UsageException("What is to be done with keys? 'dpu key create', 'dpu key list' or 'dpu key revoke ID'.");
}

internal sealed class KeyCreateCommand : DpuCommand
{
    private readonly Option<string> _for = new("--for") { Description = "Who is let in: a node, or a user", HelpName = "node|user", Required = true };
    private readonly Option<string?> _user = new("--user") { Description = "Whose token; your own if not given", HelpName = "NAME" };
    private readonly Option<bool> _reusable = new("--reusable") { Description = "Lets in any number of nodes, not only the first that comes" };
    private readonly Option<string?> _expires = new("--expires") { Description = "How long it is good for; a week for a node if not given, dpu.users.token-expires for a user", HelpName = "TIME" };
    private readonly Option<string?> _note = new("--note") { Description = "Shown by 'dpu key list'", HelpName = "TEXT" };
    private readonly Option<string?> _out = new("--out") { Description = "Writes it to a new file that only you can read, instead of to standard output", HelpName = "FILE" };
    private readonly Option<bool> _json = JsonOption("{\"id\",\"line\",\"expires\"}; with --out without the line");

    public KeyCreateCommand()
        : base(
            "create",
            "Makes a key with which a node joins, or a token by which a user is known; whoever has it can do that, so hand it over in a file",
            "dpu key create --for node --out lce001.key",
            "dpu key create --for node --reusable --expires 1d --note 'rack 7' --out rack7.key",
            "dpu key create --for node | ssh lce001 'umask 077; cat > dpu.key'",
            "dpu key create --for user --user jane --out jane.token     she uses it with 'dpu login --token-file jane.token'")
    {
        Add(_for);
        Add(_user);
        Add(_reusable);
        Add(_expires);
        Add(_note);
        Add(_out);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var use = invocation.Get(_for);
        var user = Values.NotEmpty("--user", invocation.Get(_user));
        if (use is not ("node" or "user"))
        {
            throw new UsageException($"--for takes node or user, not '{use}'.");
        }

        if (use == "user" ? invocation.Get(_reusable) : user is not null)
        {
            throw new UsageException(use == "user" ? "--reusable is for keys of nodes: a user's token is good until it expires or is revoked." : "--user goes with --for user.");
        }

        var path = Values.NotEmpty("--out", invocation.Get(_out));
        if (path is not null && Path.Exists(path))
        {
            throw new UsageException($"{path} is there already: choose another name, or remove it first.");
        }

        using var http = context.OpenClient(invocation.Dpu);
        var request = new KeyRequest(use, invocation.Get(_reusable), Values.Seconds("--expires", invocation.Get(_expires)), Values.NotEmpty("--note", invocation.Get(_note))) { User = user };
        var key = await http.CreateKeyAsync(request, CancellationToken.None);
        if (path is not null)
        {
            await WriteAsync(http, path, key);
            var until = Units.Time(key.Expires, context.Time.LocalTimeZone);
            context.Say(use == "node" ? $"Key {key.Id} is in {path}; a node may join with it until {until}." : $"Token {key.Id} is in {path}; it is good until {until}. Its user keeps it with 'dpu login --token-file {path}'.");
        }

        if (invocation.Get(_json))
        {
            context.WriteJson(path is null ? key : key with { Line = null }, ApiJson.Readable.KeyCreated);
        }
        else if (path is null)
        {
            context.Out.WriteLine(key.Line);
        }

        return ExitCodes.Done;
    }

    private static async Task WriteAsync(DpuHttpClient http, string path, KeyCreated key)
    {
        try
        {
            SecretFile.Write(path, key.Line + "\n", replace: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A key that nobody has is not left behind.
            await http.RevokeKeyAsync(key.Id, CancellationToken.None);
            throw;
        }
    }
}

internal sealed class KeyListCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"id\",\"for\",\"state\",\"reusable\",\"created\",\"expires\",\"by\",\"note\",\"lastUsed\",\"lastUsedBy\"}");

    public KeyListCommand()
        : base("list", "Keys, the identities of nodes that joined with them, and tokens of users; yours, if you are no operator", "dpu key list", "dpu key list --json") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var keys = await http.GetKeysAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(keys, ApiJson.Readable.IReadOnlyListKeyInfo);
            return ExitCodes.Done;
        }

        var zone = context.Time.LocalTimeZone;
        var table = new Table("ID", "FOR", "STATE", "EXPIRES", "LAST USED", "BY", "NOTE");
        foreach (var key in keys)
        {
            table.Add(
                key.Id,
                key is { For: "node", Reusable: true } ? "nodes" : key.For,
                key.State,
                key.Expires is { } expires ? Units.Time(expires, zone) : "",
                key.LastUsed is { } used ? Units.Time(used, zone) : "",
                key.LastUsedBy ?? "",
                key.For == "identity" ? $"joined with {key.By}" : key.Note ?? "");
        }

        table.WriteTo(context.Out);
        return ExitCodes.Done;
    }
}

internal sealed class KeyRevokeCommand : DpuCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "A key, a token, or node:NAME for the identity of a node, as 'dpu key list' shows it" };
    private readonly Option<bool> _json = JsonOption("What was revoked, as 'dpu key list --json' shows it");

    public KeyRevokeCommand()
        : base(
            "revoke",
            "Nobody joins with a key any more, or is known by a token; or a node is cut off",
            "dpu key revoke 0123abcd",
            "dpu key revoke node:lce001                                its link is cut at once")
    {
        Add(_id);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var id = Values.NotBlank(invocation.Get(_id)!, "key", "'dpu key list' shows them");
        using var http = context.OpenClient(invocation.Dpu);
        var key = await http.RevokeKeyAsync(id, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(key, ApiJson.Readable.KeyInfo);
        }
        else
        {
            context.Say(Sentence(key));
        }

        return ExitCodes.Done;
    }

    private static string Sentence(KeyInfo key) => key switch
    {
        { For: "identity" } => $"Node '{key.LastUsedBy}' is cut off. If somebody else may have the key that it joined with, revoke that too: dpu key revoke {key.By}",
        { For: "user" } => $"Nobody is '{key.LastUsedBy}' by token {key.Id} any more.",
        { LastUsedBy: { } node } => $"Nobody joins with key {key.Id} any more. Nodes that did stay; the last was '{node}': 'dpu key revoke node:{node}' cuts it off.",
        _ => $"Nobody joins with key {key.Id} any more.",
    };
}
