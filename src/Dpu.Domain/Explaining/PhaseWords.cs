using System.Globalization;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Explaining;

/// <summary>Phases of attempts in words.</summary>
public static class PhaseWords
{
    /// <summary>What programs call it.</summary>
    public static string NameOf(AttemptStage stage) => stage switch
    {
        AttemptStage.Waiting => "waiting",
        AttemptStage.StagingIn => "staging-in",
        AttemptStage.Running => "running",
        AttemptStage.Saving => "saving",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "unknown stage"),
    };

    /// <summary>What so many tasks do, as it stands in a sentence.</summary>
    internal static string Verb(AttemptStage stage, int tasks) => (stage, tasks) switch
    {
        (AttemptStage.Waiting, 1) => "waits for room on its node",
        (AttemptStage.Waiting, _) => "wait for room on their nodes",
        (AttemptStage.StagingIn, 1) => "stages in its files",
        (AttemptStage.StagingIn, _) => "stage in their files",
        (AttemptStage.Saving, 1) => "has run, and saves what it made",
        (AttemptStage.Saving, _) => "have run, and save what they made",
        (_, 1) => "runs now",
        _ => "run now",
    };

    /// <summary><c> (3 of 7 files, 2.1 GiB of 10 GiB)</c>; nothing where nothing is known.</summary>
    internal static string Progress(KnownPhase known) => known.Phase.Files is { Total: > 0 } files
        ? string.Create(CultureInfo.InvariantCulture, $" ({files.Done} of {files.Total} file{(files.Total == 1 ? "" : "s")}{Bytes(files)})")
        : "";

    /// <summary>What is said of a node that is cut off holds as of then.</summary>
    internal static string AsOf(KnownPhase known) => known.CutOffSince is { } since
        ? string.Create(CultureInfo.InvariantCulture, $", as of {since.UtcDateTime:HH:mm:ss} UTC: its node is cut off")
        : "";

    private static string Bytes(FilesMoved files) => files.BytesTotal is { } total ? $", {ByteSize.Text(files.BytesDone)} of {ByteSize.Text(total)}" : "";
}
