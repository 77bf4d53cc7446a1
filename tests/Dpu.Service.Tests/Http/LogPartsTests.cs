using System.Globalization;
using System.Text;
using Dpu.Client.Contracts;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Journal.Views;
using Dpu.Service.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Parts of a log: paged back and on, searched, and bounded.</summary>
public sealed class LogPartsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly LogWanted All = new(null, null, null, null, FindingLevel.Info);

    private readonly MemoryLogStore _logs = new();
    private long _number;

    public void Dispose() => _logs.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Paged_back_from_the_end_each_line_comes_once_and_in_order(int limit)
    {
        var lines = await WriteAsync(chunks: 30, linesOfEach: 5, wide: 20_000);
        var back = new List<string>();
        string? before = null;
        LogPart part;
        do
        {
            part = await BackAsync(All, limit, before);
            part.Lines.Count.ShouldBeLessThanOrEqualTo(limit);
            back.InsertRange(0, part.Lines.Select(line => line.Line.Text));
            before = part.Earlier;
        }
        while (before is not null);

        back.ShouldBe(lines);
    }

    [Fact]
    public async Task Paged_on_from_a_line_the_lines_behind_it_come()
    {
        var lines = await WriteAsync(chunks: 10, linesOfEach: 5);
        var last = await BackAsync(All, 20, null);
        last.Lines.Select(line => line.Line.Text).ShouldBe(lines[^20..]);
        last.AtEnd.ShouldBeTrue();
        var on = await OnAsync(All, 6, last.Lines[3].Place);
        on.Lines.Select(line => line.Line.Text).ShouldBe(lines[34..40]);
        (await OnAsync(All, 100, on.Later)).Lines.Select(line => line.Line.Text).ShouldBe(lines[40..]);
    }

    [Fact]
    public async Task What_is_printed_later_comes_behind_the_end_and_nothing_twice()
    {
        await WriteAsync(chunks: 2, linesOfEach: 2);
        var end = await BackAsync(All, 100, null);
        (await OnAsync(All, 100, end.Later)).Lines.ShouldBeEmpty();
        await AppendAsync(0, "new\npart of a");
        await AppendAsync(0, " line\n");
        (await OnAsync(All, 100, end.Later)).Lines.Select(line => line.Line.Text).ShouldBe(["new", "part of a line"]);
    }

    [Fact]
    public async Task A_line_that_is_being_written_is_told_when_it_is_whole_or_the_job_has_ended()
    {
        await AppendAsync(0, "one\ntwo");
        (await BackAsync(All, 100, null)).Lines.Select(line => line.Line.Text).ShouldBe(["one"]);
        (await BackAsync(All, 100, null, ended: true)).Lines.Select(line => line.Line.Text).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Lines_are_found_by_text_level_stream_and_task()
    {
        await AppendAsync(0, "reading a.fits\nERROR: no overscan\n");
        await AppendAsync(1, "Warning: few stars\n", OutputStream.Error);
        await AppendAsync(1, "done\n");
        (await TextsAsync(All with { Text = "OVER" })).ShouldBe(["ERROR: no overscan"]);
        (await TextsAsync(All with { Level = FindingLevel.Error })).ShouldBe(["ERROR: no overscan"]);
        (await TextsAsync(All with { Level = FindingLevel.Warning })).ShouldBe(["ERROR: no overscan", "Warning: few stars"]);
        (await TextsAsync(All with { Stream = "err" })).ShouldBe(["Warning: few stars"]);
        (await TextsAsync(All with { Task = 1 })).ShouldBe(["Warning: few stars", "done"]);
        (await TextsAsync(All with { Text = ".*" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_stops_after_some_output_and_goes_on_where_it_stopped()
    {
        await AppendAsync(0, "here it is\n");
        await WriteAsync(chunks: 200, linesOfEach: 1, wide: 100_000);
        var first = await BackAsync(All with { Text = "here it is" }, 100, null);
        first.Lines.ShouldBeEmpty();
        first.SearchedBytes.ShouldBeInRange(4 << 20, 5 << 20);
        var part = first;
        while (part is { Lines.Count: 0, Earlier: not null })
        {
            part = await BackAsync(All with { Text = "here it is" }, 100, part.Earlier);
        }

        part.Lines.Single().Line.Text.ShouldBe("here it is");
    }

    private async Task<List<string>> WriteAsync(int chunks, int linesOfEach, int wide = 10)
    {
        var lines = new List<string>();
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var text = new StringBuilder();
            for (var line = 0; line < linesOfEach; line++)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{lines.Count} ") + new string('.', wide));
                text.Append(lines[^1]).Append('\n');
            }

            await AppendAsync(chunk % 3, text.ToString());
        }

        return lines;
    }

    private Task AppendAsync(int task, string text, OutputStream stream = OutputStream.Out) => _logs.AppendAsync(
        [new LogChunk(new AttemptId(new JobId(1), task, 1), stream, Noon, "node.n1.Reduce", Guid.Empty, _number++, Encoding.UTF8.GetBytes(text))], CancellationToken.None);

    private async Task<IEnumerable<string>> TextsAsync(LogWanted wanted) => (await BackAsync(wanted, 100, null)).Lines.Select(line => line.Line.Text);

    private Task<LogPart> BackAsync(LogWanted wanted, int limit, string? before, bool ended = false) =>
        Search(wanted, limit, ended).BackAsync(before is null ? null : PlaceOf(before));

    private Task<LogPart> OnAsync(LogWanted wanted, int limit, string after) => Search(wanted, limit, ended: false).OnAsync(PlaceOf(after));

    private LogParts Search(LogWanted wanted, int limit, bool ended)
    {
        var line = new JobRow(new JobId(1), "exec", "ann", JobStatus.Running, new TaskCounts(0, 0, 0, 3, 0), 0, [], false, 0, "key", "f", Noon, Noon, ended ? Noon : null, null);
        return new LogParts(new OpenJob(new JobDetails(line, [], []), null!, _logs, null!), wanted, limit, CancellationToken.None);
    }

    private static LogPlace PlaceOf(string text) => LogPlace.TryParse(text, out var place) ? place.Value : throw new ArgumentException(text);
}
