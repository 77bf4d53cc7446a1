using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Parts;

namespace Dpu.Pages.Jobs;

/// <summary>Tasks and attempts in words.</summary>
internal static class TaskWords
{
    public static IReadOnlyList<string> States { get; } = ["Submitted", "Running", "Normal", "Error", "Aborted", "Unknown", "Held"];

    public static IReadOnlyList<string> Causes { get; } = ["recipe", "memory", "time", "launch", "node", "cancelled", "data", "returned"];

    /// <summary>What the cause of a failure means.</summary>
    public static string Meaning(string cause) => cause switch
    {
        "recipe" => "the recipe itself said no",
        "memory" => "it held more memory than it may",
        "time" => "it ran longer than it may",
        "launch" => "its program could not be started",
        "node" => "its node was lost",
        "cancelled" => "somebody asked for its end",
        "data" => "its files could not be put in place or saved",
        "returned" => "its node gave it back before it began",
        _ => cause,
    };

    /// <summary>What tells the task from its sisters: its line, or its keys.</summary>
    public static string NameOf(TaskDetail task) => task.Line ?? string.Join(", ", task.Keys.Select(key => $"{key.Key} {key.Value}"));

    /// <summary>What an attempt does now.</summary>
    public static string? Phase(AttemptDetail attempt) => attempt.Phase is not { } phase ? null : string.Concat(
        phase.Name switch
        {
            "waiting" => "waits for room on its node",
            "staging-in" => "its files are put in place",
            "saving" => "its results are saved",
            _ => "runs",
        },
        phase.Files is { } files ? string.Create(CultureInfo.InvariantCulture, $", {files.Done} of {files.Total} files") : "",
        phase.AsOf is { } cut ? $", as of {Durations.Utc(cut)}: its node is cut off" : "");

    /// <summary>How its process ended.</summary>
    public static string Exit(AttemptDetail attempt) => attempt switch
    {
        { Signal: { } signal } => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
        { ExitCode: { } code } => string.Create(CultureInfo.InvariantCulture, $"exit code {code}"),
        _ => "",
    };
}
