using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>The number of a job: positive, given once, never again.</summary>
public readonly record struct JobId(int Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One try at a task, written <c>job/task/attempt</c> everywhere; tasks count from 0, attempts from 1.</summary>
public readonly record struct AttemptId(JobId Job, int Task, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Job.Value}/{Task}/{Number}");

    /// <summary>Reads the form that <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AttemptId attempt)
    {
        attempt = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length != 3
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var job)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var task)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        attempt = new AttemptId(new JobId(job), task, number);
        return true;
    }
}
