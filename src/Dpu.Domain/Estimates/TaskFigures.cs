using System.Collections.Immutable;

namespace Dpu.Domain.Estimates;

/// <summary>What half, nine tenths and 99 of 100 of all values do not exceed; each is one of the values.</summary>
public readonly record struct Quantiles(double Half, double NineTenths, double Most)
{
    /// <summary>By nearest rank; throws when there is no value.</summary>
    public static Quantiles Of(IReadOnlyCollection<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        var sorted = values.Order().ToImmutableArray();
        double At(int percent) => sorted[(((sorted.Length * percent) + 99) / 100) - 1];
        return new Quantiles(At(50), At(90), At(99));
    }
}

/// <summary>What tasks of a kind took, as far as is remembered: the last ones that ended normally.</summary>
/// <param name="Kind">Whose figures these are: the kind that was asked for, or a wider one when too few are known of it.</param>
/// <param name="Samples">How many tasks they are from.</param>
/// <param name="Seconds">From the start of their process to the end of their last one.</param>
/// <param name="MaxRssBytes">Peak memory.</param>
public sealed record TaskFigures(TaskKind Kind, int Samples, Quantiles Seconds, Quantiles MaxRssBytes)
{
    /// <summary>Fewer tasks than this say too little.</summary>
    public const int SamplesMin = 5;
}
