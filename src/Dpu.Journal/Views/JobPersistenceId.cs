using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Views;

/// <summary>How job actors name themselves in the journal: only a job's first event carries its number.</summary>
public static class JobPersistenceId
{
    private const string Prefix = "job-";

    /// <summary><c>job-12</c></summary>
    public static string Of(JobId job) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{job.Value}");

    public static bool TryParse(string persistenceId, out JobId job)
    {
        var isJob = persistenceId.StartsWith(Prefix, StringComparison.Ordinal);
        var number = 0;
        isJob = isJob && int.TryParse(persistenceId.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        job = new JobId(number);
        return isJob;
    }
}
