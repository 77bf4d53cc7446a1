using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Dpu.Cli.Arguments;
using Dpu.Cli.Commands;
using Dpu.Hocon;

namespace Dpu.Cli;

/// <summary>From the words that were typed to an exit code; the one place where every failure becomes a sentence.</summary>
internal sealed class CommandLine
{
    private readonly CliContext _context;
    private readonly GlobalOptions _global = new();
    private readonly HelpOption _help = new("--help", "-h", "-?") { Description = "Shows this help, with examples" };
    private readonly VersionOption _version = new("--version") { Description = "Shows the version" };
    private readonly Command _root;

    public CommandLine(CliContext context)
    {
        _context = context;
        _root = CreateRoot();
    }

    public async Task<int> RunAsync(IReadOnlyList<string> tokens)
    {
        try
        {
            var exitCode = await RunUnguardedAsync(tokens);
            await _context.Out.FlushAsync();
            return exitCode;
        }
        catch (Exception e)
        {
            return Failures.Report(_context, e);
        }
    }

    private async Task<int> RunUnguardedAsync(IReadOnlyList<string> tokens)
    {
        var split = SplitCommandLine.Of(tokens);
        // Neither @files nor bundled letters: a file may be called @x, and -tpl is one option.
        var parsed = CommandLineParser.Parse(_root, split.Own, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var command = parsed.CommandResult.Command as DpuCommand;
        if (parsed.GetResult(_help) is not null || parsed.GetResult(_version) is not null || (command is null && tokens.Count == 0))
        {
            return ShowHelp(parsed, command);
        }

        if (parsed.Errors.Count > 0 || command is null)
        {
            return Refuse(parsed, command);
        }

        return await command.RunAsync(new Invocation(_context, _global, parsed, split.PassedOn));
    }

    private int ShowHelp(ParseResult parsed, DpuCommand? command)
    {
        if (parsed.GetResult(_version) is not null)
        {
            _context.Out.WriteLine(Failures.Version);
            return ExitCodes.Done;
        }

        var help = parsed.GetResult(_help) is null ? CommandLineParser.Parse(_root, ["--help"]) : parsed;
        help.Invoke(new InvocationConfiguration { Output = _context.Out, Error = _context.Error, ProcessTerminationTimeout = null });
        if (command is not null)
        {
            _context.Out.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                _context.Out.WriteLine("  " + example);
            }
        }

        return ExitCodes.Done;
    }

    private int Refuse(ParseResult parsed, DpuCommand? command)
    {
        var name = command is null ? "dpu" : NameOf(command);
        if (command is null && parsed.UnmatchedTokens is [var unknown, ..])
        {
            var nearest = NearestName.Find(unknown, _root.Subcommands.Select(c => c.Name));
            _context.Say($"dpu: There is no command '{unknown}'.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}");
        }
        else
        {
            foreach (var message in parsed.Errors.Select(error => error.Message).Distinct())
            {
                _context.Say($"{name}: {message}");
            }
        }

        _context.Say($"Try '{name} --help'.");
        return ExitCodes.WrongCommand;
    }

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : command.Name;

    private Command CreateRoot()
    {
        var root = new Command("dpu", "A Distributed Processing Unit: a queue of astronomers' recipes in front of compute nodes.")
        {
            _help,
            _version,
            _global.Dpu,
        };
        foreach (var command in CommandList.Create())
        {
            root.Add(command);
        }

        return root;
    }
}
