using System.Globalization;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Cluster.Frontend;

/// <summary>Whether what a node reports of an attempt can be: a frontend registers no file that was not brought, and none that is somebody else's.</summary>
internal static class ReportCheck
{
    private const int Sha256Length = 64;

    /// <summary>What is wrong with a report by itself; null when nothing is. The outputs' files remain to be looked at.</summary>
    public static string? FlawOf(TaskStart start, AttemptReport report) => start.Work is TaskWork.Directed directed
        ? FlawOfUsed(directed, report) ?? FlawOfOutputs(start.Attempt, report)
        : report.Outputs.IsEmpty && report.Used.IsEmpty ? null : "it has no inputs and no outputs, and reports some";

    /// <summary>What is wrong with an output, as against what is in the store; null when nothing is.</summary>
    public static string? FlawOf(OutputFile output, BroughtOutput? found) =>
        found is null ? $"the output '{output.Path}' did not arrive in the store"
        : found.SizeBytes != output.SizeBytes ? string.Create(CultureInfo.InvariantCulture, $"the output '{output.Path}' has {found.SizeBytes} bytes in the store, not {output.SizeBytes}")
        : found.Sha256 is { } sha256 && sha256 != output.Sha256 ? $"the output '{output.Path}' has another checksum than what arrived in the store"
        : null;

    /// <summary>What becomes of an attempt that nothing can be registered of.</summary>
    public static AttemptReport Failure(TaskStart start, AttemptReport report, string flaw) =>
        report with { Cause = FailureCause.Data, Message = $"what its node reported cannot be: {flaw}", Used = [.. UsedOf(start, report)], Outputs = [], Hold = null };

    /// <summary>Relative to the attempt's folder, once the report has no flaw by itself.</summary>
    public static string PathOf(AttemptId attempt, OutputFile output) => output.Path[(StoredPath.FolderOf(attempt).Length + 1)..];

    private static IEnumerable<string> UsedOf(TaskStart start, AttemptReport report) =>
        start.Work is TaskWork.Directed directed ? report.Used.Intersect(directed.InputIds, StringComparer.Ordinal) : [];

    private static string? FlawOfUsed(TaskWork.Directed directed, AttemptReport report) =>
        report.Used.Except(directed.InputIds, StringComparer.Ordinal).FirstOrDefault() is { } foreign ? $"it was not given '{foreign}', which it says that it used" : null;

    private static string? FlawOfOutputs(AttemptId attempt, AttemptReport report)
    {
        if (report.Cause is not null && !report.Outputs.IsEmpty)
        {
            return "it failed, and has outputs";
        }

        return report.Outputs.Select(output => FlawOf(attempt, output)).FirstOrDefault(flaw => flaw is not null)
            ?? Twice(report, output => output.Id, "id") ?? Twice(report, output => output.Path, "path");
    }

    private static string? FlawOf(AttemptId attempt, OutputFile output)
    {
        var folder = StoredPath.FolderOf(attempt) + "/";
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}.");
        if (!output.Id.StartsWith(prefix, StringComparison.Ordinal) || output.Id.Length == prefix.Length)
        {
            return $"the id '{output.Id}' of an output does not begin with '{prefix}'";
        }

        if (!output.Path.StartsWith(folder, StringComparison.Ordinal) || StoredPath.FlawOf(output.Path[folder.Length..]) is not null)
        {
            return $"the output '{output.Path}' does not lie in {folder}";
        }

        return output.SizeBytes >= 0 && output.Sha256.Length == Sha256Length && output.Sha256.All(char.IsAsciiHexDigitLower)
            ? null
            : $"the output '{output.Path}' has no size or checksum";
    }

    private static string? Twice(AttemptReport report, Func<OutputFile, string> field, string name) =>
        report.Outputs.GroupBy(field, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice ? $"two outputs have the {name} '{twice.Key}'" : null;
}
