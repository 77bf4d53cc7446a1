using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Templates;

namespace Dpu.Domain.Execution;

/// <summary>
/// Writes the shell script that runs several commands one after the other as one attempt, in one work directory. The first that fails ends it:
/// with the same exit code, or by the same signal. Every word is quoted, so that the shell takes none of them for anything but itself.
/// </summary>
/// <remarks>
/// A signal that asks for an end reaches the command too, which may need its time for it: the shell waits, and starts nothing more. A shell sees a
/// signal as exit code 128 + its number, so a command that itself exits with 129 to 192 is told as ended by that signal.
/// </remarks>
public static class CommandScript
{
    /// <summary>Its name in the work directory.</summary>
    public const string FileName = "run.sh";

    private const string Head = """
        #!/bin/sh
        # The commands of one attempt, one after the other, until one fails.
        asked=
        trap 'asked=143' TERM
        trap 'asked=130' INT

        # $1: how the command ended, $2: its name, $3: how many commands would follow
        go_on() {
            code=$1
            if [ "$code" -eq 0 ]; then
                if [ -z "$asked" ] || [ "$3" -eq 0 ]; then return; fi
                code=$asked
            fi
            printf 'dpu: %s ended with exit code %s; nothing that follows it is started\n' "$2" "$1" >&2
            trap - TERM INT
            if [ "$code" -gt 128 ] && [ "$code" -le 192 ]; then kill -"$((code - 128))" "$$"; fi
            exit "$code"
        }

        """;

    /// <param name="commands">Each with the full path of its program as its first word.</param>
    public static string Write(ImmutableArray<CommandOrders> commands)
    {
        var script = new StringBuilder(Head);
        for (var index = 0; index < commands.Length; index++)
        {
            var (command, left) = (commands[index], commands.Length - 1 - index);
            script.Append('\n')
                .Append("printf '%s\\n' ").Append(Quote($"dpu: {command.Name} ({index + 1} of {commands.Length})")).Append('\n')
                .Append("printf '%s' ").Append(Quote(command.Directions)).Append(" > task.json || exit\n")
                .Append("DPU_STEP=").Append(Quote(command.Name)).Append(' ').AppendJoin(' ', command.Words.Select(Quote)).Append('\n')
                .Append("go_on $? ").Append(Quote(command.Name)).Append(' ').Append(left).Append('\n');
        }

        return script.ToString();
    }

    /// <summary>Nothing means anything between single quotes but their end.</summary>
    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
