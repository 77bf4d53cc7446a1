using System.Text.Json;
using Shouldly;

namespace Dpu.System.Tests.Commands;

/// <summary>What JSON is held to: fields may be added, never renamed or left out.</summary>
internal static class Shape
{
    public static readonly string[] Job = ["jobId", "sequence", "user", "status", "counts", "submitted", "started", "ended"];
    public static readonly string[] Counts = ["N", "E", "A", "S", "U"];
    public static readonly string[] File = ["id", "path", "type", "sizeBytes", "sha256", "metadata", "task"];
    public static readonly string[] Node = ["name", "state", "cpus", "memoryBytes", "running", "tags", "reason"];

    public static void ShouldHave(this JsonElement element, params string[] fields) =>
        element.EnumerateObject().Select(field => field.Name).Intersect(fields).ShouldBe(fields, ignoreOrder: true);

    public static void ShouldBeJob(this JsonElement job)
    {
        job.ShouldHave(Job);
        job.GetProperty("counts").ShouldHave(Counts);
        foreach (var time in new[] { "submitted", "started", "ended" }.Select(name => job.GetProperty(name)).Where(time => time.ValueKind != JsonValueKind.Null))
        {
            time.GetString().ShouldEndWith("Z");
            time.GetDateTimeOffset().Year.ShouldBeGreaterThan(2000);
        }
    }
}
