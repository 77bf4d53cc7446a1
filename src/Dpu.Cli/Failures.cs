using System.Globalization;
using System.Reflection;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Addressing;
using Dpu.Hocon;

namespace Dpu.Cli;

/// <summary>Every way to fail as a sentence and an exit code; never a stack trace.</summary>
internal static class Failures
{
    public static string Version { get; } =
        typeof(Failures).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public static int Report(CliContext context, Exception failure)
    {
        if (failure is BrokenPipeException)
        {
            return ExitCodes.Done;
        }

        TryFlush(context);
        switch (failure)
        {
            case DpuRefusedException e:
                Say(context, ProblemText.Lines(e.Problem));
                return e.IsTemporary ? ExitCodes.NoAnswer : ExitCodes.WrongCommand;
            case DpuException:
                Say(context, [failure.Message]);
                return ExitCodes.NoAnswer;
            case UsageException or UnknownDpuException or HoconException:
                Say(context, [failure.Message]);
                return ExitCodes.WrongCommand;
            case ServiceFailedException e:
                Say(context, [failure.Message]);
                return e.ExitCode;
            case WorkFailedException:
                Say(context, [failure.Message]);
                return ExitCodes.WorkFailed;
            case OperationCanceledException:
                Say(context, ["Interrupted."]);
                return ExitCodes.Interrupted;
            case IOException or UnauthorizedAccessException:
                Say(context, [failure.Message]);
                return ExitCodes.WorkFailed;
            default:
                return ReportUnexpected(context, failure);
        }
    }

    private static void Say(CliContext context, IEnumerable<string> lines)
    {
        var prefix = "dpu: ";
        try
        {
            foreach (var line in lines.SelectMany(l => l.Split('\n')))
            {
                context.Say(prefix + line);
                prefix = "";
            }
        }
        catch (IOException)
        {
            // The terminal was closed: nobody is left to be told, and the exit code says it.
        }
    }

    /// <summary>The last resort: one sentence, and the details in a file that can be sent to whoever can mend it.</summary>
    private static int ReportUnexpected(CliContext context, Exception failure)
    {
        var where = WriteDetails(context, failure);
        var details = where is null ? "The details could not be written down." : $"The details are in {where}";
        Say(context, [$"Something went wrong in this program that should not: {failure.Message.TrimEnd('.')}. {details}"]);
        return ExitCodes.NoAnswer;
    }

    private static string? WriteDetails(CliContext context, Exception failure)
    {
        try
        {
            var state = context.Variable("XDG_STATE_HOME") is { Length: > 0 } given ? given : Path.Combine(context.Variable("HOME") ?? "/tmp", ".local", "state");
            var directory = Path.Combine(state, "dpu");
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"failure-{context.Time.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt"));
            File.WriteAllText(path, $"dpu {Version}\n{failure}\n");
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void TryFlush(CliContext context)
    {
        try
        {
            context.Out.Flush();
        }
        catch (IOException)
        {
            // What failed before is what the user should read.
        }
    }
}
