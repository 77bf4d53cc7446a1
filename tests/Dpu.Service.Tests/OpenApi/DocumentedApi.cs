using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace Dpu.Service.Tests.OpenApi;

/// <summary>
/// A client that knows nothing of a DPU but its OpenAPI document: it finds operations by their ids, builds requests from their parameters and bodies, and believes an answer only
/// if it fits its schema.
/// </summary>
internal sealed class DocumentedApi
{
    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal) { "get", "put", "post", "delete", "head", "patch", "options", "trace" };

    private readonly HttpClient _http;
    private readonly Uri _server;

    private DocumentedApi(HttpClient http, Uri server, JsonElement document)
    {
        (_http, _server, Document) = (http, server, document);
        Checker = new SchemaChecker(document);
    }

    public JsonElement Document { get; }

    public SchemaChecker Checker { get; }

    /// <summary>Every operation: its path, its method, and what is said of it.</summary>
    public IEnumerable<(string Path, string Method, JsonElement Operation)> Operations =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        where Methods.Contains(method.Name)
        select (path.Name, method.Name, method.Value);

    public static async Task<DocumentedApi> LoadAsync(HttpClient http, Uri address)
    {
        using var answer = await http.GetAsync(address);
        var document = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement;
        return new DocumentedApi(http, new Uri(address, document.GetProperty("servers")[0].GetProperty("url").GetString()!), document);
    }

    /// <summary>Asks, and gives the answer's JSON; for lines and events, an array of them.</summary>
    /// <param name="operationId">Which operation.</param>
    /// <param name="parameters">By name, wherever they belong.</param>
    /// <param name="body">JSON.</param>
    public async Task<JsonElement> AskAsync(string operationId, object? parameters = null, string? body = null)
    {
        var given = parameters is null ? [] : parameters.GetType().GetProperties().ToDictionary(p => p.Name, p => Convert.ToString(p.GetValue(parameters), CultureInfo.InvariantCulture)!, StringComparer.Ordinal);
        var (path, method, operation) = Find(operationId);
        using var request = Request(path, method, operation, given, body);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var text = await answer.Content.ReadAsStringAsync();
        var responses = operation.GetProperty("responses");
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        responses.TryGetProperty(status, out var response).ShouldBeTrue($"{operationId} is not said to answer {status}: {text}");
        var media = Checker.Resolve(response).GetProperty("content").GetProperty(answer.Content.Headers.ContentType!.MediaType!);
        return Read(text, media, $"{operationId}: {text}");
    }

    private (string Path, string Method, JsonElement Operation) Find(string operationId) =>
        Operations.Single(one => one.Operation.GetProperty("operationId").GetString() == operationId);

    private HttpRequestMessage Request(string path, string method, JsonElement operation, Dictionary<string, string> given, string? body)
    {
        var query = new List<string>();
        var request = new HttpRequestMessage(HttpMethod.Parse(method), _server);
        foreach (var parameter in operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [])
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (!given.Remove(name.Replace("-", "", StringComparison.Ordinal), out var value))
            {
                (parameter.TryGetProperty("required", out var required) && required.GetBoolean()).ShouldBeFalse($"'{name}' is needed");
                continue;
            }

            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
                    break;
                case "query":
                    query.Add($"{name}={Uri.EscapeDataString(value)}");
                    break;
                default:
                    request.Headers.Add(name, value);
                    break;
            }
        }

        given.ShouldBeEmpty("there are no such parameters");
        request.RequestUri = new Uri(_server, path + (query.Count == 0 ? "" : "?" + string.Join('&', query)));
        if (body is not null)
        {
            var media = operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
            Checker.Check(JsonDocument.Parse(body).RootElement, media.GetProperty("schema")).ShouldBeEmpty();
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    private JsonElement Read(string text, JsonElement media, string what)
    {
        if (media.TryGetProperty("x-dpu-line", out var line))
        {
            return Several(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(one => Believed(one, line, what)));
        }

        if (media.TryGetProperty("x-dpu-events", out var kinds))
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return Several([.. SseParser.Create(stream).Enumerate().Select(item => Believed(item.Data, kinds.GetProperty(item.EventType), what))]);
        }

        return Believed(text, media.GetProperty("schema"), what);
    }

    private JsonElement Believed(string json, JsonElement schema, string what)
    {
        var value = JsonDocument.Parse(json).RootElement;
        Checker.Check(value, schema).ShouldBeEmpty(what);
        return value;
    }

    private static JsonElement Several(IEnumerable<JsonElement> items) => JsonSerializer.SerializeToElement(items.ToList());
}
