using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>What <c>run --json</c> and <c>exec --json</c> print; what follows the first three is there under <c>--wait</c> only.</summary>
internal sealed record RunReport(
    int JobId,
    string Dpu,
    double EstimatedSeconds,
    string? Sequence = null,
    string? User = null,
    string? Status = null,
    JobCounts? Counts = null,
    DateTimeOffset? Submitted = null,
    DateTimeOffset? Started = null,
    DateTimeOffset? Ended = null)
{
    public static RunReport Of(JobAccepted accepted) => new(accepted.JobId, accepted.Dpu, accepted.EstimatedSeconds);

    public RunReport With(JobSummary job) => this with
    {
        Sequence = job.Sequence,
        User = job.User,
        Status = job.Status,
        Counts = job.Counts,
        Submitted = job.Submitted,
        Started = job.Started,
        Ended = job.Ended,
    };
}

/// <summary>A result as <c>results --json --download</c> prints it: as without, and where the copy is.</summary>
internal sealed record DownloadedFile(
    string Id,
    string Path,
    string Type,
    long SizeBytes,
    string Sha256,
    IReadOnlyDictionary<string, ApiValue> Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Task,
    string Name,
    bool Main,
    bool Committed,
    string Downloaded,
    string? Owner,
    string? Project,
    string? Privileges,
    string? CodeSha256)
{
    public static DownloadedFile Of(FileRecord file, string copy) => new(
        file.Id, file.Path, file.Type, file.SizeBytes, file.Sha256, file.Metadata, file.Task, file.Name, file.Main, file.Committed, copy, file.Owner, file.Project, file.Privileges, file.CodeSha256);
}

/// <summary>One finding of <c>doctor --json</c>.</summary>
internal sealed record DoctorFinding(string Area, bool Ok, string Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Remedy);

/// <summary>What <c>demo --json</c> prints: its jobs in the order of their ids, and all that they made.</summary>
internal sealed record DemoOutcome(IReadOnlyList<JobSummary> Jobs, IReadOnlyList<FileRecord> Products);

/// <summary>What <c>top --json</c> prints.</summary>
/// <param name="At">When.</param>
/// <param name="Dpu">Who.</param>
/// <param name="Stats">The DPU in figures.</param>
/// <param name="Jobs">What has not ended, and what ended last.</param>
/// <param name="Lost">Why all this may be old; not written while the DPU answers.</param>
internal sealed record TopReport(DateTimeOffset At, HealthInfo Dpu, DpuStats Stats, IReadOnlyList<JobSummary> Jobs, string? Lost);

/// <summary>Records that only the command line prints.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(IReadOnlyList<DownloadedFile>))]
[JsonSerializable(typeof(IReadOnlyList<DoctorFinding>))]
[JsonSerializable(typeof(DemoOutcome))]
[JsonSerializable(typeof(TopReport))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static CliJson Readable => field ??= new CliJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });
}

/// <summary>Prints JSON documents, each on one line.</summary>
internal static class JsonOutput
{
    public static void WriteJson<T>(this CliContext context, T value, JsonTypeInfo<T> type) =>
        context.Out.WriteLine(JsonSerializer.Serialize(value, type));
}
