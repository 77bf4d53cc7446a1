using System.CommandLine;
using System.Globalization;
using Dpu.Cli.Commands;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Client.Shipping;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;

namespace Dpu.Cli.Shipping;

/// <summary>What goes along with a submission: a tree of code if there is one, and the user's settings.</summary>
/// <param name="Code">Names the archive, which the DPU has by now; null for released code.</param>
/// <param name="Settings">Null for nothing.</param>
internal sealed record Shipped(CodeReference? Code, SubmittedSettings? Settings);

/// <summary>The option <c>--code</c> of <c>run</c> and <c>exec</c>, and what it makes of a folder, of <c>$AWEPIPE</c> and of <c>~/.awe/Environment.cfg</c>.</summary>
internal sealed class ShipOptions
{
    private const string None = "none";
    private const string Variable = "AWEPIPE";

    /// <summary>For the command's own options.</summary>
    public Option<string?> Code { get; } = new("--code") { Description = "Ship this folder of code with its configuration files, for this job only; $AWEPIPE if that is set. 'none' runs released code", HelpName = "DIR|none" };

    /// <summary>Packs and brings what is to go along, and says what that is.</summary>
    /// <exception cref="UsageException">There is no such tree, or it cannot be shipped.</exception>
    public async Task<Shipped> ShipAsync(Invocation invocation, CancellationToken ct)
    {
        var settings = Settings(invocation.Context);
        var (folder, source) = TreeOf(invocation);
        if (folder is null)
        {
            return new Shipped(null, settings);
        }

        using var http = invocation.Context.OpenClient(invocation.Dpu);
        return new Shipped(await BringAsync(invocation.Context, http, folder, source, ct), settings);
    }

    private (string? Folder, string Source) TreeOf(Invocation invocation) => (invocation.Get(Code), invocation.Context.Variable(Variable)) switch
    {
        (None, _) => (null, ""),
        ({ Length: 0 }, _) => throw new UsageException("--code needs a folder, or 'none' for released code."),
        ({ } folder, _) => (folder, "--code"),
        (null, { Length: > 0 } folder) => (folder, Variable),
        _ => (null, ""),
    };

    private static async Task<CodeReference> BringAsync(CliContext context, DpuHttpClient http, string folder, string source, CancellationToken ct)
    {
        try
        {
            using var package = CodePacker.Pack(folder, ct);
            var leftOut = package.LeftOut.Count == 0 ? "" : $" (without {Names(package.LeftOut)})";
            context.Say(string.Create(CultureInfo.InvariantCulture, $"dpu: ships {package.Files} files, {ByteSize.Text(package.FileBytes)} of {package.Tree} ({source}){leftOut}; --code none runs released code."));
            if (await http.FindCodeAsync(package.Sha256, ct) is null)
            {
                await http.UploadCodeAsync(package.Sha256, package.Archive, ct);
            }

            return new CodeReference(package.Sha256);
        }
        catch (CodeTreeException wrong)
        {
            throw new UsageException(source == Variable ? $"${Variable} names the code to ship. {wrong.Message} --code none runs released code." : wrong.Message);
        }
    }

    private static string Names(IReadOnlyList<string> names)
    {
        const int Shown = 5;
        return string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - Shown} more") : "");
    }

    /// <summary>What looks secret never leaves this host; that is said, by name.</summary>
    private static SubmittedSettings? Settings(CliContext context)
    {
        var configuration = Configuration(context.Variable("HOME") ?? "");
        var variables = SettingsRules.Overriding(context.Variables(), configuration);
        if (SettingsRules.FlawOf(variables, configuration) is { } flaw)
        {
            throw new UsageException($"Your settings cannot go along. {flaw}");
        }

        var filtered = SettingsRules.Filter(variables, configuration);
        if (filtered.Warning is { } warning)
        {
            context.Say($"dpu: warning: {warning}");
        }

        return filtered.Settings.IsEmpty ? null : new SubmittedSettings(filtered.Settings.Variables.IsEmpty ? null : filtered.Settings.Variables, filtered.Settings.Configuration);
    }

    private static string? Configuration(string home)
    {
        var path = Path.Combine(home, ".awe", "Environment.cfg");
        try
        {
            return home.Length > 0 && File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"Your settings cannot go along: {path} cannot be read: {error.Message}");
        }
    }
}
