using System.Net;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Service.Tests.Http;
using Dpu.Service.Tests.Shipping;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Staging;

/// <summary>Code on its way from a frontend to a node on another host.</summary>
public sealed class CodeStagingTests : IAsyncLifetime
{
    private StagingBench _bench = null!;

    public async Task InitializeAsync() => _bench = await StagingBench.StartAsync(notGrantedMax: TimeSpan.Zero);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_node_fetches_it_once_and_runs_programs_from_it()
    {
        var start = _bench.GiveWith(_bench.Keep(Archive()));

        var first = await PrepareAsync(start);
        await PrepareAsync(start);

        first.Command.ShouldHaveSingleItem().ShouldBe(Path.Combine(_bench.Data, "trees", start.Code!.Sha256, "bin/reduce"));
        first.Environment.ShouldContain(new KeyValuePair<string, string>("DPU_CODE_SHA256", start.Code.Sha256));
        _bench.Requests.Count(request => request.EndsWith("/code", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        var archive = Archive();
        var start = _bench.GiveWith(_bench.Keep(archive));
        var ranges = new List<string>();
        _bench.Middle = async (context, next) =>
        {
            ranges.Add(context.Request.Headers.Range.ToString());
            if (ranges.Count == 1)
            {
                context.Response.ContentLength = 1000;
                context.Response.Headers.ETag = $"\"{start.Code!.Sha256}\"";
                await context.Response.Body.WriteAsync(archive.AsMemory(0, 1000));
                return;
            }

            await next();
        };

        await PrepareAsync(start);

        ranges.ShouldBe(["", "bytes=1000-"]);
    }

    [Fact]
    public async Task What_arrives_with_another_checksum_is_never_unpacked()
    {
        var start = _bench.GiveWith(_bench.Keep(Archive(), sha256: new string('a', 64)));

        var error = await Should.ThrowAsync<TaskFilesException>(() => PrepareAsync(start));

        (error.Cause, error.Message.Contains("another SHA-256")).ShouldBe((FailureCause.Data, true));
        Directory.GetDirectories(Path.Combine(_bench.Data, "trees")).ShouldBeEmpty();
        Directory.GetFiles(Path.Combine(_bench.Data, "trees"), "*.part").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_frontend_that_lost_it_says_so()
    {
        var code = _bench.Keep(Archive()) with { Sha256 = new string('b', 64) };

        (await Should.ThrowAsync<TaskFilesException>(() => PrepareAsync(_bench.GiveWith(code)))).Message.ShouldContain("is not kept here any more");
    }

    [Fact]
    public async Task Only_who_was_given_the_attempt_gets_its_code()
    {
        var start = _bench.GiveWith(_bench.Keep(Archive()));
        using var node = _bench.HttpAs(StagingBench.Node);
        using var other = _bench.HttpAs("other");

        using var granted = await node.GetAsync(PathOf(start.Attempt));
        granted.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var elsewhere = await other.GetAsync(PathOf(start.Attempt));
        await elsewhere.ProblemAsync(403, "not-granted");
        using var never = await node.GetAsync(PathOf(new AttemptId(new JobId(99), 0, 1)));
        await never.ProblemAsync(403, "not-granted");
        _bench.Give();
        using var released = await node.GetAsync(PathOf(start.Attempt));
        await released.ProblemAsync(404, "no-code");
    }

    private Task<LaunchRequest> PrepareAsync(TaskStart start) => _bench.Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None).AsTask();

    private static string PathOf(AttemptId attempt) => $"/api/v1/node/attempts/{attempt}/code";

    private static byte[] Archive() => ZipBytes.Of(
        ZipItem.Of("bin/reduce", "#!/bin/sh\n").With(item => item.Mode = 0x81ED), ZipItem.Of("data"u8.ToArray(), StagingBench.Bytes(5000)));
}
