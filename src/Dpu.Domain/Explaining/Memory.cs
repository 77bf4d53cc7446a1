using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Explaining;

/// <summary>How much memory to ask for.</summary>
public static class Memory
{
    private const long Mebi = 1 << 20;
    private const long Gibi = 1 << 30;
    private const double Margin = 1.25;

    /// <summary>A round amount with a quarter to spare: whole GiB above one, steps of 128 MiB below.</summary>
    public static long Suggest(long used)
    {
        var wanted = (long)Math.Ceiling(used * Margin);
        var step = wanted > Gibi ? Gibi : 128 * Mebi;
        return (wanted + step - 1) / step * step;
    }

    /// <summary>As options take it: <c>4GiB</c>.</summary>
    public static string Option(long bytes) => bytes % Gibi == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Gibi}GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{(bytes + Mebi - 1) / Mebi}MiB");

    /// <summary>
    /// What to say about a step that needs more than any node has: <c>needs 64 GiB; the largest node has 24 GiB; the largest of its kind so far used 3.1 GiB</c>,
    /// and what to try.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="needed">What each of its tasks asks for, in bytes.</param>
    /// <param name="largest">What the largest node has, in bytes.</param>
    /// <param name="used">The most that a task of its kind ever used; 0 when none has run.</param>
    public static (string Sentence, string Suggestion) TooMuch(StepPlan step, long needed, long largest, long used)
    {
        var option = step.Recipe is null ? "--mem" : "--dpu-mem";
        var sentence = $"{step.Name} needs {ByteSize.Text(needed)} of memory; the largest node has {ByteSize.Text(largest)}";
        if (used <= 0)
        {
            return (sentence, $"ask for less with {option}, if it can do with {ByteSize.Text(largest)}");
        }

        sentence += $"; the largest of its kind so far used {ByteSize.Text(used)}";
        return Suggest(used) <= largest
            ? (sentence, $"try {option} {Option(Suggest(used))}")
            : (sentence, "add a node with more memory");
    }
}
