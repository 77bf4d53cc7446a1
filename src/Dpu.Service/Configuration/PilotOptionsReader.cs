using System.Collections.Immutable;
using Dpu.Actors.Scaling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Dpu.Hocon;
using Dpu.Service.Pilots;

namespace Dpu.Service.Configuration;

/// <summary>Binds section <c>dpu.scaling</c>.</summary>
internal static class PilotOptionsReader
{
    private const string NoSystem = "";
    private static readonly TimeSpan DurationMax = TimeSpan.FromDays(30);
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BeforeExpiry = TimeSpan.FromDays(1);

    /// <param name="scaling">The section.</param>
    /// <param name="dpu">The DPU's name, which pilots' names tell.</param>
    /// <exception cref="HoconException">A value is out of range.</exception>
    public static PilotSettings Read(HoconReader scaling, string dpu)
    {
        var needs = new Resources(scaling.GetInt32("cpus", min: 1), scaling.GetSize("memory"));
        var tags = scaling.GetStringList("tags").ToImmutableArray();
        var expires = Duration(scaling, "key-expires", TimeSpan.FromMinutes(1));
        var min = scaling.GetInt32("min", min: 0);
        var backOff = Duration(scaling, "back-off", TimeSpan.FromSeconds(1));
        var policy = new ScalingPolicy(
            min,
            scaling.GetInt32("max", min: min),
            scaling.GetInt32("at-once-max", min: 1),
            Duration(scaling, "idle-exit", TimeSpan.FromSeconds(1)),
            // Whoever starts at the last moment has still some time to join.
            expires - (expires / 2 < BeforeExpiry ? expires / 2 : BeforeExpiry),
            backOff,
            Duration(scaling, "back-off-max", backOff));
        var shape = new PilotShape(
            needs.MemoryBytes > 0 ? needs : needs with { MemoryBytes = long.MaxValue }, tags.ToImmutableHashSet(StringComparer.Ordinal), Duration(scaling, "horizon", TimeSpan.FromSeconds(1)));
        var via = scaling.GetOneOf("via", [NoSystem, "slurm", "gridengine"]);
        return new PilotSettings(
            new ScalingSettings(policy, shape, via == NoSystem ? null : via, $"pilot-{dpu}-", Duration(scaling, "look-every", TimeSpan.FromMilliseconds(100))),
            new BatchSettings(Text(scaling, "queue"), Text(scaling, "parallel-environment"), [.. scaling.GetStringList("options")]),
            needs,
            tags,
            WallTime(scaling),
            expires,
            [.. scaling.GetStringList("frontends").Select(text => Address(scaling, text))],
            Folder(scaling, "shared-dir"),
            Folder(scaling, "cache"),
            scaling.GetString("path"),
            Duration(scaling, "command-timeout", TimeSpan.FromSeconds(1)));
    }

    private static TimeSpan Duration(HoconReader section, string key, TimeSpan min)
    {
        var duration = section.GetDuration(key);
        return duration >= min && duration <= DurationMax
            ? duration
            : throw section.Error(key, $"is {duration.TotalSeconds} s; expected {min.TotalSeconds} s to {DurationMax.TotalDays} days");
    }

    private static TimeSpan? WallTime(HoconReader scaling)
    {
        var time = scaling.GetDuration("wall-time");
        return time == TimeSpan.Zero ? null
            : time >= Notice ? time
            : throw scaling.Error("wall-time", $"is {time.TotalSeconds} s; expected at least {Notice.TotalSeconds} s, so that a pilot can come up and leave in order, or 0 for the site's own limit");
    }

    private static Uri Address(HoconReader scaling, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw scaling.Error("frontends", $"holds '{text}'; expected addresses such as https://frontend.example.org:8470");

    private static string? Text(HoconReader scaling, string key) => scaling.GetString(key) is { Length: > 0 } text ? text : null;

    private static string? Folder(HoconReader scaling, string key) => Text(scaling, key) is not { } path ? null
        : path.StartsWith('/') ? Path.GetFullPath(path)
        : throw scaling.Error(key, $"is '{path}'; expected an absolute path, or nothing");
}
