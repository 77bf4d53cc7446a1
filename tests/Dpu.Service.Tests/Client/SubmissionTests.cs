using System.Net;
using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

public sealed class SubmissionTests
{
    private static readonly JobSubmission Bias = new("Bias", ["-i", "WFI"]);

    [Fact]
    public async Task A_submission_carries_its_key_its_token_and_its_tokens_as_typed()
    {
        var dpu = new FakeDpu().Then(Samples.Accepted, HttpStatusCode.Created);
        using var client = dpu.Client();
        var submission = Bias with { Arguments = ["-o", "CDF4_B_?", "8,6", "a b", "\"", "\n"] };
        (await client.SubmitAsync(submission, "key-1", CancellationToken.None)).ShouldBe(new JobAccepted(84820, "schmidt", 10));
        var request = dpu.Requests.ShouldHaveSingleItem();
        request.Path.ShouldBe("/api/v1/jobs");
        request.Key.ShouldBe("key-1");
        request.Authorization.ShouldBe("Bearer secret");
        System.Text.Json.JsonDocument.Parse(request.Body!).RootElement.GetProperty("arguments").EnumerateArray().Select(a => a.GetString())
            .ShouldBe(submission.Arguments);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_under_the_same_key()
    {
        var lost = new List<DpuException>();
        var dpu = new FakeDpu()
            .Then(FakeDpu.LoseAnswer)
            .Then(FakeDpu.Refuse)
            .Then(FakeDpu.Refuse)
            .Then(() => FakeDpu.Problem(HttpStatusCode.Unauthorized, """{"title":"Not logged in","status":401}"""))
            .Then(() => FakeDpu.Problem(HttpStatusCode.ServiceUnavailable, """{"title":"Unavailable","status":503}"""))
            .Then(Samples.Accepted);
        using var client = dpu.Client(options => options with { ConnectionLost = lost.Add });
        (await client.SubmitAsync(Bias, "key-1", CancellationToken.None)).JobId.ShouldBe(84820);
        dpu.Requests.Count.ShouldBe(6);
        dpu.Requests.ShouldAllBe(request => request.Key == "key-1" && request.Body == dpu.Requests[0].Body);
        lost.Count.ShouldBe(1, "one outage is told once");
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_a_lost_answer()
    {
        var dpu = new FakeDpu()
            .Then(() => FakeDpu.Body(Samples.Accepted[..20], "application/json", breaks: true))
            .Then(Samples.Accepted);
        using var client = dpu.Client();
        (await client.SubmitAsync(Bias, "key-1", CancellationToken.None)).JobId.ShouldBe(84820);
        dpu.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_DPU_that_was_never_reached_is_reported_at_once()
    {
        var dpu = new FakeDpu().Then(FakeDpu.Refuse);
        using var client = dpu.Client();
        var e = await Should.ThrowAsync<DpuUnreachableException>(() => client.SubmitAsync(Bias, "key-1", CancellationToken.None));
        e.RequestMayHaveArrived.ShouldBeFalse();
        e.Message.ShouldContain("dpu serve");
        dpu.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_final_and_keeps_its_problem()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(
            HttpStatusCode.UnprocessableEntity,
            """{"title":"Refused","status":422,"detail":"There is no recipe 'Biass'.","code":"unknown-recipe","errors":[{"code":"unknown-recipe","message":"There is no recipe 'Biass'.","option":null,"suggestion":"Bias"}]}"""));
        using var client = dpu.Client();
        var e = await Should.ThrowAsync<DpuRefusedException>(() => client.SubmitAsync(Bias, "key-1", CancellationToken.None));
        e.IsTemporary.ShouldBeFalse();
        e.Problem.Errors!.Single().Suggestion.ShouldBe("Bias");
        dpu.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_after_a_lost_answer_is_final_too()
    {
        var dpu = new FakeDpu()
            .Then(FakeDpu.LoseAnswer)
            .Then(() => FakeDpu.Problem(HttpStatusCode.Conflict, """{"title":"Conflict","status":409,"code":"key-reused"}"""));
        using var client = dpu.Client();
        (await Should.ThrowAsync<DpuRefusedException>(() => client.SubmitAsync(Bias, "key-1", CancellationToken.None))).Problem.Code.ShouldBe("key-reused");
    }

    [Fact]
    public async Task Patience_ends_with_the_truth_that_nothing_is_known()
    {
        var time = new ImpatientTime();
        var dpu = new FakeDpu().When(HttpMethod.Post, "/exec", FakeDpu.LoseAnswer);
        using var client = dpu.Client(options => options with { Time = time, SubmitPatience = TimeSpan.FromSeconds(60) });
        var e = await Should.ThrowAsync<DpuUnreachableException>(() => client.SubmitAsync(new ExecSubmission(["true"]), "key-1", CancellationToken.None));
        e.Message.ShouldContain("dpu jobs");
        e.RequestMayHaveArrived.ShouldBeTrue();
        time.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(65));
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_is_let_go()
    {
        using var enough = new CancellationTokenSource();
        var dpu = new FakeDpu { Asked = _ => enough.Cancel() }.When(HttpMethod.Post, "/jobs", FakeDpu.LoseAnswer);
        using var client = dpu.Client();
        await Should.ThrowAsync<OperationCanceledException>(() => client.SubmitAsync(Bias, "key-1", enough.Token));
    }

    [Fact]
    public void Every_submission_has_a_key_of_its_own() =>
        Enumerable.Range(0, 100).Select(_ => IdempotencyKey.Create()).Distinct().Count().ShouldBe(100);
}
