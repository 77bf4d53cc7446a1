using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>The words and texts that the view tables hold.</summary>
internal static class ViewText
{
    public static string Of(JobStatus status) => status switch
    {
        JobStatus.Queued => "QUEUED",
        JobStatus.Running => "RUNNING",
        JobStatus.Held => "HELD",
        JobStatus.Finished => "FINISHED",
        JobStatus.Failed => "FAILED",
        JobStatus.Cancelled => "CANCELLED",
        _ => throw new InvalidOperationException($"There is no word for the status {status}."),
    };

    public static JobStatus Status(string text) => Enum.Parse<JobStatus>(text, ignoreCase: true);

    public static string Of(TaskViewState state) => state switch
    {
        TaskViewState.Submitted => "Submitted",
        TaskViewState.Running => "Running",
        TaskViewState.Normal => "Normal",
        TaskViewState.Error => "Error",
        TaskViewState.Aborted => "Aborted",
        TaskViewState.Unknown => "Unknown",
        TaskViewState.Held => "Held",
        _ => throw new InvalidOperationException($"There is no word for the state {state}."),
    };

    public static TaskViewState State(string text) => Enum.Parse<TaskViewState>(text);

    public static string? Of(FailureCause? cause) => cause?.ToString();

    public static FailureCause? Cause(string? text) => text is null ? null : Enum.Parse<FailureCause>(text);

    public static string Of(FindingLevel level) => level switch
    {
        FindingLevel.Info => "Info",
        FindingLevel.Warning => "Warning",
        FindingLevel.Error => "Error",
        _ => throw new InvalidOperationException($"There is no word for the level {level}."),
    };

    public static FindingLevel Level(string text) => Enum.Parse<FindingLevel>(text);

    public static string OfTags(ImmutableArray<string> tags) => JsonSerializer.Serialize(tags, ViewJson.Default.ImmutableArrayString);

    public static ImmutableArray<string> Tags(string text) => JsonSerializer.Deserialize(text, ViewJson.Default.ImmutableArrayString);

    public static string OfJobs(IEnumerable<JobId> jobs) => JsonSerializer.Serialize([.. jobs.Select(job => job.Value)], ViewJson.Default.ImmutableArrayInt32);

    public static ImmutableArray<JobId> Jobs(string text) => [.. JsonSerializer.Deserialize(text, ViewJson.Default.ImmutableArrayInt32).Select(job => new JobId(job))];

    public static string? OfWays(ImmutableArray<NotifyWay>? ways) => ways is { } told ? OfTags([.. told.Select(way => way.ToString())]) : null;

    public static ImmutableArray<NotifyWay>? Ways(string? text) => text is null ? null : [.. Tags(text).Select(Enum.Parse<NotifyWay>)];

    public static string OfKeys(ImmutableSortedDictionary<string, string> keys) =>
        JsonSerializer.Serialize(keys, ViewJson.Default.ImmutableSortedDictionaryStringString);

    public static ImmutableSortedDictionary<string, string> Keys(string? text) => text is null
        ? ImmutableSortedDictionary<string, string>.Empty
        : JsonSerializer.Deserialize(text, ViewJson.Default.ImmutableSortedDictionaryStringString) ?? ImmutableSortedDictionary<string, string>.Empty;

    public static Statement Bind(this Statement statement, TaskCounts counts) =>
        statement.Bind(counts.Normal).Bind(counts.Error).Bind(counts.Aborted).Bind(counts.Submitted).Bind(counts.Unknown);

    public static TaskCounts Counts(this Statement statement, int column) => new(
        statement.Int(column), statement.Int(column + 1), statement.Int(column + 2), statement.Int(column + 3), statement.Int(column + 4));
}

[JsonSerializable(typeof(ImmutableArray<string>))]
[JsonSerializable(typeof(ImmutableArray<int>))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
internal sealed partial class ViewJson : JsonSerializerContext;
