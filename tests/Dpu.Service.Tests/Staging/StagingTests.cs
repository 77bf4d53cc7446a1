using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dpu.Actors.Nodes;
using Dpu.Client.Contracts;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Service.Http;
using Dpu.Service.Staging;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Staging;

/// <summary>Files of attempts between a frontend and a node that shares nothing with it but a network.</summary>
public sealed class StagingTests : IAsyncLifetime
{
    private StagingBench _bench = null!;

    public async Task InitializeAsync() => _bench = await StagingBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Inputs_of_the_store_and_from_anywhere_reach_the_node_under_their_own_names()
    {
        var made = _bench.Register("11.0.1.b", "11/0.1/b, 2%.fits", StagingBench.Bytes(3_000_000));
        var raw = _bench.Register("raw-a", Path.Combine(_bench.Store, "../raw/a.fits"), StagingBench.Bytes(10, seed: 2));

        await _bench.Files.PrepareAsync(_bench.Give(made, raw), new FilesProgress(), CancellationToken.None);

        var task = JsonDocument.Parse(File.ReadAllText(Path.Combine(_bench.Work, "task.json"))).RootElement;
        var paths = task.GetProperty("inputs").GetProperty("science").EnumerateArray().Select(input => input.GetProperty("path").GetString()!).ToList();
        paths.Select(Path.GetFileName).ShouldBe(["b, 2%.fits", "a.fits"]);
        paths.ShouldAllBe(path => path.StartsWith(_bench.Data));
        File.ReadAllBytes(paths[0]).ShouldBe(StagingBench.Bytes(3_000_000));
        File.ReadAllBytes(paths[1]).ShouldBe(StagingBench.Bytes(10, seed: 2));
    }

    [Fact]
    public async Task How_far_inputs_are_can_be_seen_while_they_are_brought()
    {
        var (small, large) = (StagingBench.Bytes(10, seed: 2), StagingBench.Bytes(3_000_000));
        var start = _bench.Give(_bench.Register("small", "raw/a.fits", small), _bench.Register("large", "raw/b.fits", large));
        var (half, goOn, progress) = (new TaskCompletionSource(), new TaskCompletionSource(), new FilesProgress());
        _bench.Middle = async (context, next) =>
        {
            if (context.Request.Method == "GET" && context.Request.Path.Value!.EndsWith("/large", StringComparison.Ordinal))
            {
                context.Response.ContentLength = large.Length;
                context.Response.Headers.ETag = $"\"{StagingBench.Sha256(large)}\"";
                await context.Response.Body.WriteAsync(large.AsMemory(0, 1_000_000));
                await context.Response.Body.FlushAsync();
                half.SetResult();
                await goOn.Task;
                await context.Response.Body.WriteAsync(large.AsMemory(1_000_000));
                return;
            }

            await next();
        };

        var preparing = _bench.Files.PrepareAsync(start, progress, CancellationToken.None);
        await half.Task;
        await UntilAsync(() => progress.Read() == new FilesMoved(1, 2, 1_000_010, 3_000_010));
        goOn.SetResult();
        await preparing;

        progress.Read().ShouldNotBeNull().Done.ShouldBe(2);
    }

    [Fact]
    public async Task How_much_is_saved_can_be_seen()
    {
        var (start, progress) = (await _bench.WorkedAsync(("a.fits", StagingBench.Bytes(1000)), ("b.fits", StagingBench.Bytes(500))), new FilesProgress());

        await _bench.Files.CollectAsync(start, progress, CancellationToken.None);

        progress.Read().ShouldBe(new FilesMoved(2, 2, 1500, 1500));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        const int Before = 1_000_000;
        var content = StagingBench.Bytes(3_000_000);
        var input = _bench.Register("raw-a", "raw/a.fits", content);
        var ranges = new List<string>();
        _bench.Middle = async (context, next) =>
        {
            if (context.Request.Method == "GET")
            {
                ranges.Add(context.Request.Headers.Range.ToString());
                if (ranges.Count == 1)
                {
                    // Shorter than it should be: the same as a connection that breaks, save that it is certain how much arrived.
                    context.Response.ContentLength = Before;
                    context.Response.Headers.ETag = $"\"{StagingBench.Sha256(content)}\"";
                    await context.Response.Body.WriteAsync(content.AsMemory(0, Before));
                    return;
                }
            }

            await next();
        };

        await _bench.Files.PrepareAsync(_bench.Give(input), new FilesProgress(), CancellationToken.None);

        File.ReadAllBytes(Path.Combine(_bench.CacheFolder, StagingBench.Sha256(content))).ShouldBe(content);
        ranges.ShouldBe(["", $"bytes={Before}-"]);
    }

    [Fact]
    public async Task What_is_here_is_not_fetched_again_and_what_two_want_is_fetched_once()
    {
        var input = _bench.Register("raw-a", "raw/a.fits", StagingBench.Bytes(1_000_000));
        var start = _bench.Give(input);
        var other = start with { Attempt = new AttemptId(new JobId(12), 4, 1) };
        _bench.Grants.Give(StagingBench.Node, other, null!);

        await Task.WhenAll(
            _bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None).AsTask(),
            _bench.Files.PrepareAsync(other, new FilesProgress(), CancellationToken.None).AsTask());
        await _bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);

        _bench.Requests.Count(request => request.StartsWith("GET")).ShouldBe(1);
    }

    [Fact]
    public async Task A_cached_file_that_lost_its_end_is_fetched_again()
    {
        var content = StagingBench.Bytes(1000);
        var start = _bench.Give(_bench.Register("raw-a", "raw/a.fits", content));
        await _bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        var cached = Path.Combine(_bench.CacheFolder, StagingBench.Sha256(content));
        File.Delete(cached);
        File.WriteAllText(cached, "half");

        await _bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);

        File.ReadAllBytes(cached).ShouldBe(content);
    }

    [Fact]
    public async Task A_file_whose_content_is_not_what_was_registered_is_no_input()
    {
        var input = _bench.Register("raw-a", "raw/a.fits", StagingBench.Bytes(1000));
        File.WriteAllBytes(Path.Combine(_bench.Store, "raw/a.fits"), StagingBench.Bytes(1000, seed: 9));

        var error = await Should.ThrowAsync<TaskFilesException>(() => _bench.Files.PrepareAsync(_bench.Give(input), new FilesProgress(), CancellationToken.None).AsTask());

        error.Cause.ShouldBe(FailureCause.Data);
        error.Message.ShouldContain("the input raw-a is not what was registered");
        Directory.EnumerateFiles(_bench.CacheFolder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "is not there any more")]
    [InlineData(999, "has changed: it had 1000 bytes when it was registered")]
    public async Task A_file_that_is_gone_or_has_another_size_is_told_with_the_frontends_sentence(int? bytes, string sentence)
    {
        var input = _bench.Register("raw-a", "raw/a.fits", StagingBench.Bytes(1000));
        File.Delete(Path.Combine(_bench.Store, "raw/a.fits"));
        if (bytes is { } some)
        {
            File.WriteAllBytes(Path.Combine(_bench.Store, "raw/a.fits"), StagingBench.Bytes(some));
        }

        var error = await Should.ThrowAsync<TaskFilesException>(() => _bench.Files.PrepareAsync(_bench.Give(input), new FilesProgress(), CancellationToken.None).AsTask());

        error.Cause.ShouldBe(FailureCause.Data);
        error.Message.ShouldContain(sentence);
    }

    [Fact]
    public async Task The_cache_keeps_its_bound_but_never_drops_what_an_attempt_links()
    {
        await using var small = await StagingBench.StartAsync(cacheMaxBytes: 2500);
        var files = Enumerable.Range(0, 3).Select(n => (Content: StagingBench.Bytes(1000, n), Id: $"raw-{n}")).ToList();
        var starts = files.Select((file, n) =>
        {
            var start = small.Give(small.Register(file.Id, $"raw/{n}.fits", file.Content)) with { Attempt = new AttemptId(new JobId(12), n, 1) };
            small.Grants.Give(StagingBench.Node, start, null!);
            return start;
        }).ToList();
        await small.Files.PrepareAsync(starts[0], new FilesProgress(), CancellationToken.None);
        await small.Files.PrepareAsync(starts[1], new FilesProgress(), CancellationToken.None);
        Directory.Delete(Path.Combine(small.Data, "work/12/1.1.inputs"), recursive: true);

        await small.Files.PrepareAsync(starts[2], new FilesProgress(), CancellationToken.None);

        Directory.EnumerateFiles(small.CacheFolder).Select(Path.GetFileName).ShouldBe(
            [StagingBench.Sha256(files[0].Content), StagingBench.Sha256(files[2].Content)], ignoreOrder: true);
    }

    [Fact]
    public async Task Outputs_arrive_in_the_store_and_stay_here_until_the_attempt_is_settled()
    {
        var content = StagingBench.Bytes(3_000_000);
        var start = await _bench.WorkedAsync(("a, 1% \"x\".fits", content), ("empty.fits", []));

        var outputs = await _bench.Files.CollectAsync(start, new FilesProgress(), CancellationToken.None);
        var again = await _bench.Files.CollectAsync(start, new FilesProgress(), CancellationToken.None);

        outputs.Select(output => (output.Path, output.SizeBytes, output.Sha256)).ShouldBe(
            [("12/3.2/a, 1% \"x\".fits", 3_000_000, StagingBench.Sha256(content)), ("12/3.2/empty.fits", 0, StagingBench.Sha256([]))], ignoreOrder: true);
        again.Select(output => output.Id).ShouldBe(outputs.Select(output => output.Id));
        File.ReadAllBytes(Path.Combine(_bench.Saved, "a, 1% \"x\".fits")).ShouldBe(content);
        File.ReadAllBytes(Path.Combine(_bench.Saved, "empty.fits")).ShouldBeEmpty();
        File.Exists(Path.Combine(_bench.Work, "empty.fits")).ShouldBeTrue();
        (await _bench.Arriving.FindAsync(StagingBench.Attempt, "empty.fits", CancellationToken.None)).ShouldBe(new Cluster.Frontend.BroughtOutput(0, StagingBench.Sha256([])));
    }

    [Fact]
    public async Task A_frontend_that_is_away_is_waited_for()
    {
        var start = await _bench.WorkedAsync(("a.fits", StagingBench.Bytes(1000)));
        var refusals = 3;
        _bench.Middle = async (context, next) =>
        {
            switch (refusals--)
            {
                case 3:
                    context.Abort();
                    break;
                case 2:
                    await ProblemResultOf(context, 503, "unavailable");
                    break;
                case 1:
                    await ProblemResultOf(context, 507, "no-room");
                    break;
                default:
                    await next();
                    break;
            }
        };

        (await _bench.Files.CollectAsync(start, new FilesProgress(), CancellationToken.None)).Length.ShouldBe(1);

        refusals.ShouldBeLessThan(0);
        _bench.Waits.ShouldHaveSingleItem().ShouldStartWith("the output 'a.fits': ");
    }

    [Fact]
    public async Task Waiting_ends_when_nobody_wants_the_result_any_more()
    {
        var start = await _bench.WorkedAsync(("a.fits", StagingBench.Bytes(1000)));
        _bench.Middle = static (context, _) => ProblemResultOf(context, 503, "unavailable");
        using var unwanted = new CancellationTokenSource();

        var collecting = _bench.Files.CollectAsync(start, new FilesProgress(), unwanted.Token);
        await unwanted.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(collecting);
    }

    [Fact]
    public async Task An_attempt_that_stays_unknown_at_the_frontend_is_given_up()
    {
        await using var bench = await StagingBench.StartAsync(notGrantedMax: TimeSpan.Zero);
        var start = bench.Start() with { Attempt = new AttemptId(new JobId(13), 0, 1) };
        await bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        File.WriteAllText(Path.Combine(bench.Data, "work/13/0.1/a.fits"), "x");

        var error = await Should.ThrowAsync<TaskFilesException>(() => bench.Files.CollectAsync(start, new FilesProgress(), CancellationToken.None));

        error.Message.ShouldContain("Attempt 13/0/1 is not, or not yet, known to be given to node far");
    }

    [Fact]
    public async Task Another_nodes_attempt_is_refused_whatever_it_asks()
    {
        _bench.Give(_bench.Register("raw-a", "raw/a.fits", StagingBench.Bytes(10)));
        using var other = _bench.HttpAs("other");

        (await RefusedAsync(await other.GetAsync(StagingBench.InputPath("raw-a")), HttpStatusCode.Forbidden)).Code.ShouldBe("not-granted");
        (await RefusedAsync(await other.SendAsync(StagingBench.Put(StagingBench.OutputPath("a.fits"), [1])), HttpStatusCode.Forbidden)).Code.ShouldBe("not-granted");
        Directory.Exists(_bench.Saved).ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_is_no_input_of_the_attempt_is_refused()
    {
        _bench.Register("secret", "99/0.1/secret.fits", StagingBench.Bytes(10));
        using var http = _bench.HttpAs(StagingBench.Node);

        (await RefusedAsync(await http.GetAsync(StagingBench.InputPath("secret")), HttpStatusCode.NotFound)).Code.ShouldBe("no-input");
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_nothing()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var content = StagingBench.Bytes(1000);

        var problem = await RefusedAsync(
            await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("a.fits"), content, StagingBench.Sha256([1]))), HttpStatusCode.UnprocessableEntity);

        problem.Code.ShouldBe("wrong-digest");
        FilesIn(_bench.Store).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_goes_on_where_it_broke_off()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var content = StagingBench.Bytes(1000);
        var first = StagingBench.Put(StagingBench.OutputPath("sub/a.fits"), content);
        first.Content = new ByteArrayContent(content, 0, 400) { Headers = { ContentRange = new ContentRangeHeaderValue(0, 399, 1000) } };
        (await http.SendAsync(first)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Directory.Exists(_bench.Saved).ShouldBeFalse();

        (await ReceivedAsync(http, "sub/a.fits", content)).ShouldBe("400");
        (await RefusedAsync(await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("sub/a.fits"), content, offset: 500)), HttpStatusCode.Conflict)).Code.ShouldBe("wrong-offset");
        (await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("sub/a.fits"), content, offset: 400))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        File.ReadAllBytes(Path.Combine(_bench.Saved, "sub/a.fits")).ShouldBe(content);
        (await ReceivedAsync(http, "sub/a.fits", content)).ShouldBe("1000");
        (await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("sub/a.fits"), content))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_file_of_which_all_arrived_before_the_frontend_was_killed_comes_to_its_place()
    {
        var content = StagingBench.Bytes(1000);
        var start = await _bench.WorkedAsync(("a.fits", content));
        using (var http = _bench.HttpAs(StagingBench.Node))
        {
            var first = StagingBench.Put(StagingBench.OutputPath("a.fits"), content);
            first.Content = new ByteArrayContent(content, 0, 400) { Headers = { ContentRange = new ContentRangeHeaderValue(0, 399, 1000) } };
            (await http.SendAsync(first)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await File.WriteAllBytesAsync(Directory.EnumerateFiles(_bench.Store, "*.part", SearchOption.AllDirectories).Single(), content);

        await _bench.Files.CollectAsync(start, new FilesProgress(), CancellationToken.None);

        File.ReadAllBytes(Path.Combine(_bench.Saved, "a.fits")).ShouldBe(content);
    }

    [Fact]
    public async Task More_than_was_declared_is_refused()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var request = StagingBench.Put(StagingBench.OutputPath("a.fits"), StagingBench.Bytes(1000));
        request.Content!.Headers.ContentRange = new ContentRangeHeaderValue(0, 499, 500);

        (await RefusedAsync(await http.SendAsync(request), HttpStatusCode.RequestEntityTooLarge)).Code.ShouldBe("too-long");
        FilesIn(_bench.Store).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_before_it_is_sent()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var request = StagingBench.Put(StagingBench.OutputPath("a.fits"), StagingBench.Bytes(1000));
        request.Content!.Headers.ContentRange = new ContentRangeHeaderValue(0, 999, 1L << 60);

        var problem = await RefusedAsync(await http.SendAsync(request), HttpStatusCode.InsufficientStorage);

        problem.Detail!.ShouldContain(_bench.Store);
        FilesIn(_bench.Store).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("..%2F..%2F..%2Fetc%2Fcron.d%2Fx")]
    [InlineData("sub%2F..%2F..%2Fx")]
    [InlineData("%2Fetc%2Fx")]
    [InlineData("a%0Ab.fits")]
    [InlineData("a%7Fb.fits")]
    [InlineData("sub//a.fits")]
    [InlineData("")]
    public async Task A_path_that_plays_tricks_is_refused(string path)
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var before = FilesIn(Path.GetDirectoryName(_bench.Store)!);

        var answer = await http.SendAsync(StagingBench.Put(StagingBench.OutputPath(path), [1]));

        answer.IsSuccessStatusCode.ShouldBeFalse();
        FilesIn(Path.GetDirectoryName(_bench.Store)!).ShouldBe(before);
    }

    [Fact]
    public async Task Nothing_is_written_behind_a_link()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        var outside = Directory.CreateDirectory(Path.Combine(_bench.Data, "outside")).FullName;
        Directory.CreateDirectory(_bench.Saved);
        File.CreateSymbolicLink(Path.Combine(_bench.Saved, "sub"), outside);
        File.CreateSymbolicLink(Path.Combine(_bench.Saved, "a.fits"), Path.Combine(outside, "a.fits"));

        (await RefusedAsync(await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("sub/x.fits"), [1])), HttpStatusCode.Conflict)).Code.ShouldBe("no-place");
        (await RefusedAsync(await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("a.fits"), [1])), HttpStatusCode.Conflict)).Code.ShouldBe("no-place");
        FilesIn(outside).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_lost_attempt_had_brought_goes_and_what_another_had_stays()
    {
        using var http = _bench.HttpAs(StagingBench.Node);
        (await http.SendAsync(StagingBench.Put(StagingBench.OutputPath("a.fits"), [1]))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _bench.Arriving.Open().ShouldBe([StagingBench.Attempt]);

        _bench.Fate = OutputsFate.Open;
        await _bench.Arriving.CloseAsync(StagingBench.Attempt, CancellationToken.None);
        _bench.Arriving.Open().ShouldBe([StagingBench.Attempt]);

        _bench.Fate = OutputsFate.Kept;
        await _bench.Arriving.CloseAsync(StagingBench.Attempt, CancellationToken.None);
        FilesIn(_bench.Store).ShouldBe(["12/3.2/a.fits"]);

        _bench.Fate = OutputsFate.Unwanted;
        await _bench.Arriving.CloseAsync(StagingBench.Attempt, CancellationToken.None);
        FilesIn(_bench.Store).ShouldBeEmpty();
    }

    private static async Task<string> ReceivedAsync(HttpClient http, string path, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, StagingBench.OutputPath(path));
        request.Headers.Add(StagingHeaders.Digest, StagingHeaders.DigestOf(StagingBench.Sha256(content)));
        request.Headers.Add(StagingHeaders.Size, StagingHeaders.Number(content.Length));
        using var answer = await http.SendAsync(request);
        return answer.Headers.GetValues(StagingHeaders.Received).Single();
    }

    private static async Task<Problem> RefusedAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        answer.StatusCode.ShouldBe(status);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!;
    }

    private static Task ProblemResultOf(HttpContext context, int status, string code) =>
        ProblemResult.Because(status, code, "Not now.").ExecuteAsync(context);

    private static IReadOnlyList<string> FilesIn(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];
}
