using System.Text;
using System.Text.Json;
using Dpu.Client.Contracts;
using Shouldly;

namespace Dpu.Service.Tests.Http;

/// <summary>Raw requests and what comes back.</summary>
internal static class Answers
{
    public static HttpContent Json(string text) => new StringContent(text, Encoding.UTF8, "application/json");

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, Uri address, string json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Json(json) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }

    /// <summary>Every refusal is a problem document that a person can read: a sentence, and no stack trace.</summary>
    public static async Task<Problem> ProblemAsync(this HttpResponseMessage answer, int status, string? code = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        if (answer.RequestMessage!.Method == HttpMethod.Head)
        {
            // An answer to HEAD has no body.
            return new Problem("", status);
        }

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize(text, ApiJson.Default.Problem)!;
        problem.Status.ShouldBe(status);
        problem.Title.ShouldNotBeNullOrEmpty();
        problem.Detail.ShouldNotBeNullOrEmpty();
        text.ShouldNotContain("   at ");
        text.ShouldNotContain("Exception");
        if (code is not null)
        {
            problem.Code.ShouldBe(code);
        }

        return problem;
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer, int status = 200)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return JsonDocument.Parse(text).RootElement;
    }
}
