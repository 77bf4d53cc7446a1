using System.Net;
using Dpu.Cli.Waiting;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

/// <summary>What somebody who waits is told of the DPU's own troubles.</summary>
public sealed class TroubleWatchTests
{
    private const string Ready = """{"dpu":"x","version":"1","role":"embedded","state":"ready","reason":null,"processId":7}""";
    private const string Full = """{"dpu":"x","version":"1","role":"embedded","state":"impaired","reason":"The disk is full.","processId":7}""";
    private const string Busy = """{"title":"Unavailable","status":503,"detail":"Ask again.","code":"unavailable","errors":[]}""";

    [Fact]
    public async Task Each_trouble_is_said_once_with_its_reason_and_nothing_else_is()
    {
        (await SaidAsync(Ready, Full, Full, Busy, Full)).ShouldHaveSingleItem().ShouldEndWith("mended: The disk is full.");
        (await SaidAsync(Full, Full, Ready, Full)).Count.ShouldBe(2);
        (await SaidAsync(Ready, Busy, Ready)).ShouldBeEmpty();
    }

    /// <summary>The answers in their order; the question after the last one ends the watch.</summary>
    private static async Task<List<string>> SaidAsync(params string[] answers)
    {
        using var ended = new CancellationTokenSource();
        var dpu = new FakeDpu();
        foreach (var answer in answers)
        {
            dpu.Then(() => answer == Busy ? FakeDpu.Problem(HttpStatusCode.ServiceUnavailable, answer) : FakeDpu.Json(answer));
        }

        dpu.Then(() =>
        {
            ended.Cancel();
            throw new OperationCanceledException(ended.Token);
        });
        var said = new List<string>();
        using var http = dpu.Client();
        await new TroubleWatch(http, new ImpatientTime(), TimeSpan.FromSeconds(1), said.Add).RunAsync(ended.Token);
        return said;
    }
}
