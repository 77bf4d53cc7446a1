using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>What an attempt does at this moment, in words.</summary>
internal static class PhaseText
{
    /// <summary><c>staging in since 00:42:10 (3 of 7 files, 2.1 GiB of 10 GiB)</c></summary>
    public static string Of(PhaseInfo phase, TimeZoneInfo zone, DateTimeOffset now)
    {
        var since = phase.Since is { } at ? $" since {Clock(at, zone, now)}" : "";
        var files = phase.Files is { } moved ? $" ({Units.Number(moved.Done)} of {Units.Number(moved.Total)} file{(moved.Total == 1 ? "" : "s")}{Bytes(moved)})" : "";
        var asOf = phase.AsOf is { } heard ? $", as of {Clock(heard, zone, now)}: the node is cut off" : "";
        return Words(phase.Name) + since + files + asOf;
    }

    private static string Words(string name) => name switch
    {
        "waiting" => "waiting for room there",
        "staging-in" => "staging in",
        _ => name,
    };

    private static string Bytes(PhaseFiles files) => files.BytesTotal is { } total ? $", {Units.Size(files.BytesDone)} of {Units.Size(total)}" : "";

    /// <summary>Without its day where that is today.</summary>
    private static string Clock(DateTimeOffset time, TimeZoneInfo zone, DateTimeOffset now)
    {
        var text = Units.Time(time, zone);
        return text[..10] == Units.Time(now, zone)[..10] ? text[11..] : text;
    }
}
