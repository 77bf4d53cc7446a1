using System.Net;
using System.Net.Http.Headers;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>The door of the running service, tried with every address it has.</summary>
[Collection(SharedDpu.Name)]
public sealed class AccessTests(RunningDpu dpu)
{
    public static TheoryData<string, string, bool> EveryEndpoint()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        Endpoints.Map(app, null!);
        var data = new TheoryData<string, string, bool>();
        foreach (var route in RequestGuardTests.Routes(app))
        {
            var path = route.RoutePattern.RawText!
                .Replace("{id:int}", "2000000", StringComparison.Ordinal)
                .Replace("{id}", "raw-1", StringComparison.Ordinal)
                .Replace("{task:int}", "0", StringComparison.Ordinal)
                .Replace("{sequence}", "Copy", StringComparison.Ordinal)
                .Replace("{*path}", "v1/nothing/here.json", StringComparison.Ordinal);
            var method = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            data.Add(method, path.StartsWith('/') ? path : "/" + path, route.Metadata.GetMetadata<RequestGuard.ForVisitors>() is not null);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryEndpoint))]
    public async Task What_is_not_for_visitors_is_refused_without_a_token(string method, string path, bool forVisitors)
    {
        using var answer = await dpu.Visitor.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(dpu.Host.Address, path)), HttpCompletionOption.ResponseHeadersRead);
        if (forVisitors)
        {
            answer.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized);
        }
        else
        {
            await answer.ProblemAsync(401, "token-needed");
            answer.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Bearer");
        }
    }

    [Theory]
    [MemberData(nameof(EveryEndpoint))]
    public async Task A_foreign_host_is_refused_everywhere(string method, string path, bool forVisitors)
    {
        _ = forVisitors;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(dpu.Host.Address, path)) { Headers = { Host = $"evil.example:{dpu.Host.Address.Port}" } };
        using var answer = await dpu.Owner.SendAsync(request);
        await answer.ProblemAsync(421, "wrong-host");
    }

    [Theory]
    [MemberData(nameof(EveryEndpoint))]
    public async Task A_page_of_another_site_is_refused_everywhere(string method, string path, bool forVisitors)
    {
        _ = forVisitors;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(dpu.Host.Address, path)) { Headers = { { "Origin", "http://evil.example" } } };
        using var answer = await dpu.Owner.SendAsync(request);
        await answer.ProblemAsync(403, "wrong-origin");
    }

    [Fact]
    public async Task A_token_of_another_start_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At("/health")) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", new string('0', 64)) } };
        using var answer = await dpu.Visitor.SendAsync(request);
        await answer.ProblemAsync(401, "wrong-token");
    }

    [Fact]
    public void The_token_is_for_its_user_only()
    {
        File.GetUnixFileMode(dpu.Host.TokenPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(dpu.Host.TokenPath)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("GET", "/nothing/here.json")]
    [InlineData("GET", "/jobs/abc")]
    [InlineData("GET", "/jobs/99999999999")]
    [InlineData("DELETE", "/jobs/1")]
    [InlineData("GET", "/ingest")]
    public async Task An_unknown_address_is_a_problem_document(string method, string path)
    {
        using var answer = await dpu.Owner.SendAsync(new HttpRequestMessage(new HttpMethod(method), dpu.At(path)));
        (await answer.ProblemAsync(404, "unknown-address")).Detail!.ShouldContain(path);
    }

    [Fact]
    public async Task Health_says_who_answers()
    {
        var health = await (await dpu.Visitor.GetAsync(dpu.At("/health"))).JsonAsync();
        health.GetProperty("dpu").GetString().ShouldBe("test-dpu");
        health.GetProperty("role").GetString().ShouldBe("embedded");
        health.GetProperty("state").GetString().ShouldBe("ready");
        health.GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
    }
}
