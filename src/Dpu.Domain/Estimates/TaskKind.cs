namespace Dpu.Domain.Estimates;

/// <summary>What tasks have in common that take about as long and about as much memory.</summary>
/// <param name="Program">See <see cref="PlanKinds.ProgramOf"/>.</param>
/// <param name="IsRecipe">Which of the two: a recipe and a program may have the same name.</param>
/// <param name="Instrument">The one instrument that its data are from; null when there is none, or not one.</param>
/// <param name="Chip">The one chip; null likewise, and without an instrument.</param>
public sealed record TaskKind(string Program, bool IsRecipe, string? Instrument, string? Chip)
{
    /// <summary>This kind, then wider ones, up to all tasks of the program.</summary>
    public IEnumerable<TaskKind> Wider()
    {
        yield return this;
        if (Chip is not null)
        {
            yield return this with { Chip = null };
        }

        if (Instrument is not null)
        {
            yield return this with { Instrument = null, Chip = null };
        }
    }
}
