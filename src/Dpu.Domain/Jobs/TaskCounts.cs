using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>
/// How many of a job's tasks ended normally, with an error, were aborted, are submitted (not ended yet), or are unknown because
/// their node was lost. They add up to the number of tasks.
/// </summary>
public readonly record struct TaskCounts(int Normal, int Error, int Aborted, int Submitted, int Unknown)
{
    public int Total => Normal + Error + Aborted + Submitted + Unknown;

    /// <summary>The field's form: <c>N/E/A/S/U</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Normal}/{Error}/{Aborted}/{Submitted}/{Unknown}");
}
