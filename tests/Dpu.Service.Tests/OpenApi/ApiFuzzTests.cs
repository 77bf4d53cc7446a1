using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Fuzzing;
using Dpu.Service.Tests.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.OpenApi;

/// <summary>Every operation of the document, asked in wrong ways: each is answered, none with a failure of ours. A service of its own, since some of it may be accepted.</summary>
public sealed class ApiFuzzTests(RunningDpu dpu) : IClassFixture<RunningDpu>
{
    private const int Rounds = 1200;
    private const long BytesMax = 300L << 20;

    private static readonly string[] Values =
    [
        "", "0", "-1", "1", "2", "2147483648", "99999999999999999999", "1e999", "%00", "%FF%FE", "..%2F..%2Fetc", "%2F", "a%0Ab", "%F0%9F%92%80", "%25", "null", "true", "[]", "'%20or%201=1--", "node:x", "no-such-thing", new('x', 3000),
    ];

    private static readonly string[] Jsons =
    [
        "null", "true", "\"\"", "\"\\u0000\"", "\"a\\nb\"", "\"\\ud800\"", "-1", "0", "1e999", "-1e-999", "99999999999999999999999", "2147483648", "1.5", "[]", "{}", "[null]", "[[[[[[]]]]]]", "{\"a\":{\"a\":{\"a\":[]}}}",
        string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500)), $"\"{new string('y', 20_000)}\"", $"[{string.Join(',', Enumerable.Repeat("\"z\"", 5000))}]", "{\"\":\"\"}",
    ];

    [Fact]
    public async Task Whatever_is_asked_is_answered_and_never_with_a_failure()
    {
        var api = await DocumentedApi.LoadAsync(dpu.Owner, dpu.At("/openapi.json"));
        var operations = api.Operations.Where(one => one.Operation.GetProperty("operationId").GetString() != "link").ToList();
        var random = new Random(Mutation.Seed);
        var since = Stopwatch.StartNew();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; Mutation.GoesOn(round, Rounds, since); round++)
        {
            // Each operation has its turn.
            var (path, method, operation) = operations[round % operations.Count];
            using var request = Request(path, method, operation, random);
            var body = request.Content is null ? "" : Convert.ToBase64String(await request.Content.ReadAsByteArrayAsync());
            var what = string.Create(CultureInfo.InvariantCulture, $"Round {round} of seed {Mutation.Seed}: {method} {request.RequestUri} {body}");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var answer = await (random.Next(4) == 0 ? dpu.Visitor : dpu.Owner).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            ((int)answer.StatusCode).ShouldNotBe(500, what);
            if ((int)answer.StatusCode >= 400 && method != "head" && answer.Content.Headers.ContentLength != 0)
            {
                answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", what);
            }
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(BytesMax);
        (await dpu.Client.GetHealthAsync(CancellationToken.None)).State.ShouldBe(HealthInfo.Ready);
    }

    private HttpRequestMessage Request(string path, string method, JsonElement operation, Random random)
    {
        var query = new List<string>();
        var request = new HttpRequestMessage { Method = HttpMethod.Parse(method) };
        foreach (var parameter in operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [])
        {
            var name = parameter.GetProperty("name").GetString()!;
            var value = Values[random.Next(Values.Length)];
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);
                    break;
                case "query" when random.Next(2) == 0:
                    query.Add($"{name}={value}");
                    break;
                case "header" when random.Next(2) == 0:
                    request.Headers.TryAddWithoutValidation(name, value);
                    break;
                default:
                    break;
            }
        }

        request.Headers.TryAddWithoutValidation(random.Next(2) == 0 ? "If-None-Match" : "Range", Values[random.Next(Values.Length)]);
        if (operation.TryGetProperty("requestBody", out var body))
        {
            request.Content = new ByteArrayContent(Body(body.GetProperty("content"), random));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        request.RequestUri = new Uri(dpu.Host.Address, path + (query.Count == 0 ? "" : "?" + string.Join('&', query)));
        return request;
    }

    /// <summary>A valid body with one value replaced, or with its bytes changed. It names nothing that is there.</summary>
    private static byte[] Body(JsonElement content, Random random)
    {
        if (!content.TryGetProperty("application/json", out var media))
        {
            return [1, 2, 3];
        }

        var valid = media.GetProperty("example").GetRawText().Replace("/data/raw/night 1", "no-such-folder", StringComparison.Ordinal);
        if (random.Next(3) == 0)
        {
            return Mutation.Of(Encoding.UTF8.GetBytes(valid), random);
        }

        var replaced = JsonDocument.Parse(valid).RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetRawText(), StringComparer.Ordinal);
        var names = replaced.Keys.Append("extra").ToList();
        replaced[names[random.Next(names.Count)]] = Jsons[random.Next(Jsons.Length)];
        return Encoding.UTF8.GetBytes("{" + string.Join(',', replaced.Select(field => $"\"{field.Key}\":{field.Value}")) + "}");
    }
}
