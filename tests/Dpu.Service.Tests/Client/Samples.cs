using Dpu.Client.Contracts;

namespace Dpu.Service.Tests.Client;

/// <summary>Answers of a DPU as text, so that the tests do not write with what they read with.</summary>
internal static class Samples
{
    public const string Accepted = """{"jobId":84820,"dpu":"schmidt","estimatedSeconds":10}""";

    public static JobSummary Finished { get; } = new(
        84820,
        "Reduce>Coadd",
        "schmidt",
        "FINISHED",
        new JobCounts(75, 0, 0, 0, 0),
        new DateTimeOffset(2026, 11, 22, 9, 55, 55, TimeSpan.Zero),
        new DateTimeOffset(2026, 11, 22, 9, 55, 56, 500, TimeSpan.Zero),
        new DateTimeOffset(2026, 11, 22, 13, 37, 11, TimeSpan.Zero));

    public static string Job(string status, string counts, int id = 84820)
    {
        var n = counts.Split('/');
        return $$"""{"jobId":{{id}},"sequence":"Reduce>Coadd","user":"schmidt","status":"{{status}}","counts":{"N":{{n[0]}},"E":{{n[1]}},"A":{{n[2]}},"S":{{n[3]}},"U":{{n[4]}}},"submitted":"2026-11-22T09:55:55Z","started":"2026-11-22T09:55:56.5Z","ended":null,"priority":0}""";
    }

    public static string Status(string status, string counts) => $"event: status\ndata: {Job(status, counts)}\n\n";

    public static string Line(int task, int number, string stream = "out", string text = "line") =>
        $$"""{"time":"2026-11-22T09:56:0{{number % 10}}Z","jobId":84820,"task":{{task}},"attempt":1,"stream":"{{stream}}","source":"node.local.Reduce","text":"{{text}} {{number}}"}""";

    public static string LineEvent(int task, int number, string stream = "out") => $"event: line\ndata: {Line(task, number, stream)}\n\n";

    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
