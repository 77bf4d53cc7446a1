namespace Dpu.Domain.Estimates;

/// <summary>How much memory to ask for, judged by what earlier tasks held.</summary>
public static class MemoryAdvice
{
    /// <summary>Above what 99 of 100 tasks held: figures are sampled, and the next data are a little larger.</summary>
    public const double Margin = 1.25;

    /// <summary>A request is far off when it is this many times what would do.</summary>
    public const double FarOff = 4;

    /// <summary>Suggestions are whole multiples of this.</summary>
    public const long StepBytes = 64L << 20;

    /// <summary>What would have done for 99 of 100 such tasks, with a margin.</summary>
    public static long For(TaskFigures figures) => Math.Max(1, (long)Math.Ceiling(figures.MaxRssBytes.Most * Margin / StepBytes)) * StepBytes;

    /// <summary>What to ask for instead; null when the request is good, or limits nothing.</summary>
    public static long? Instead(long askedBytes, TaskFigures figures)
    {
        var good = For(figures);
        var tooLittle = askedBytes < figures.MaxRssBytes.Most;
        return askedBytes > 0 && (tooLittle || askedBytes >= good * FarOff) ? good : null;
    }
}
