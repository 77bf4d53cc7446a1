using Dpu.Domain.Jobs;

namespace Dpu.Domain.Estimates;

/// <summary>How much memory to ask for, judged by what earlier tasks held.</summary>
public static class MemoryAdvice
{
    /// <summary>Above what 99 of 100 tasks held: figures are sampled, and the next data are a little larger.</summary>
    public const double Margin = 1.25;

    /// <summary>A request is far off when it is this many times what would do.</summary>
    public const double FarOff = 4;

    /// <summary>Suggestions up to 1 GiB are whole multiples of this; larger ones of 1 GiB.</summary>
    public const long StepBytes = 64L << 20;

    private const long LargeBytes = 1L << 30;

    /// <summary>What would have done for 99 of 100 such tasks, with a margin.</summary>
    public static long For(TaskFigures figures) => Above(figures.MaxRssBytes.Most);

    /// <summary>A round amount with a margin above what a task held.</summary>
    public static long Above(double heldBytes)
    {
        var wanted = heldBytes * Margin;
        var step = wanted > LargeBytes ? LargeBytes : StepBytes;
        return Math.Max(1, (long)Math.Ceiling(wanted / step)) * step;
    }

    /// <summary>What to ask for instead; null when the request is good, or limits nothing.</summary>
    public static long? Instead(long askedBytes, TaskFigures figures)
    {
        var good = For(figures);
        var tooLittle = askedBytes < figures.MaxRssBytes.Most;
        return askedBytes > 0 && (tooLittle || askedBytes >= good * FarOff) ? good : null;
    }

    /// <summary>Those of the figures of a step's kinds that tell of the most memory; null when too little is known of all.</summary>
    public static TaskFigures? Largest(PlanKinds kinds, int step, Func<TaskKind, TaskFigures?> history) =>
        kinds.OfStep(step).Select(kind => history(kind.Kind)).OfType<TaskFigures>().MaxBy(figures => figures.MaxRssBytes.Most);

    /// <summary>
    /// What to say about a step that needs more than any node has: <c>needs 64 GiB; the largest node has 24 GiB; the largest of its kind so far used 3.1 GiB</c>,
    /// and what to try.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="neededBytes">What each of its tasks asks for.</param>
    /// <param name="largestBytes">What the largest node has.</param>
    /// <param name="figures">Of its kind; null when too few have run.</param>
    public static (string Sentence, string Suggestion) TooMuch(StepPlan step, long neededBytes, long largestBytes, TaskFigures? figures)
    {
        var option = step.Recipe is null ? "--mem" : "--dpu-mem";
        var sentence = $"{step.Name} needs {ByteSize.Text(neededBytes)} of memory; the largest node has {ByteSize.Text(largestBytes)}";
        if (figures is null)
        {
            return (sentence, $"ask for less with {option}, if it can do with {ByteSize.Text(largestBytes)}");
        }

        sentence += $"; the largest of its kind so far used {ByteSize.Text((long)figures.MaxRssBytes.Most)}";
        return For(figures) <= largestBytes
            ? (sentence, $"try {option} {ByteSize.Option(For(figures))}")
            : (sentence, "add a node with more memory");
    }
}
