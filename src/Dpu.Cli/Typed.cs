using System.Text;

namespace Dpu.Cli;

/// <summary>What a person types at the terminal.</summary>
internal static class Typed
{
    /// <summary>A line; null at the end of what is typed (Ctrl-D).</summary>
    /// <param name="shown">Whether it appears as it is typed; a password does not.</param>
    public static string? Read(bool shown)
    {
        if (shown)
        {
            return Console.ReadLine();
        }

        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    return typed.ToString();
                case { Key: ConsoleKey.Backspace }:
                    RemoveLast(typed);
                    break;
                case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                    typed.Clear();
                    break;
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when typed.Length == 0:
                    return null;
                default:
                    typed.Append(char.IsControl(key.KeyChar) ? "" : key.KeyChar);
                    break;
            }
        }
    }

    /// <summary>Whether q or Esc is among what was typed since the last call.</summary>
    public static bool IsQuit()
    {
        var isQuit = false;
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            isQuit |= Console.ReadKey(intercept: true) is { Key: ConsoleKey.Q or ConsoleKey.Escape };
        }

        return isQuit;
    }

    /// <summary>A character beyond the first 65,536 is two of C#'s.</summary>
    private static void RemoveLast(StringBuilder typed)
    {
        var last = typed.Length > 1 && char.IsLowSurrogate(typed[^1]) ? 2 : Math.Min(1, typed.Length);
        typed.Length -= last;
    }
}
