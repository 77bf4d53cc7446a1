using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Service.Http.OpenApi;
using Dpu.Service.Tests.Http;
using Dpu.Service.Tests.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.OpenApi;

/// <summary>The document of the API: whole, well-formed, and true.</summary>
[Collection(SharedDpu.Name)]
public sealed partial class OpenApiTests(RunningDpu dpu)
{
    [Fact]
    public async Task Every_operation_of_the_document_is_there()
    {
        // A route that says nothing of itself makes the document fail; so it has all of them.
        var api = await LoadAsync();
        api.Operations.ShouldNotBeEmpty();
        foreach (var (path, method, operation) in api.Operations)
        {
            var address = Parameter().Replace(path, match => match.Groups[1].Value is "id" or "job" or "task" or "number" && operation.GetProperty("parameters").EnumerateArray()
                .Any(p => p.GetProperty("name").GetString() == match.Groups[1].Value && p.GetProperty("schema").GetProperty("type").GetString() == "integer") ? "2000000000" : "no-such-thing");
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), new Uri(dpu.Host.Address, address));
            using var answer = await dpu.Visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.StatusCode.ShouldNotBe(HttpStatusCode.MethodNotAllowed, $"{method} {path}");
            if (answer.StatusCode == HttpStatusCode.NotFound && method != "head")
            {
                (await answer.ProblemAsync(404)).Code.ShouldNotBe("unknown-address", $"{method} {path}");
            }
        }
    }

    [Fact]
    public void A_route_without_a_description_is_refused_by_its_name()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        ((IEndpointRouteBuilder)app).MapGet("/api/v1/secret/{id:int}", static _ => Task.CompletedTask);
        Should.Throw<InvalidOperationException>(() => OpenApiDocument.Of(((IEndpointRouteBuilder)app).DataSources, "1")).Message.ShouldContain("/api/v1/secret/{id}");
    }

    [Fact]
    public void A_description_that_forgets_a_parameter_of_the_address_is_refused()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        ((IEndpointRouteBuilder)app).MapGet("/api/v1/things/{id:int}/{name}", static _ => Task.CompletedTask).Says(static route => route.Is("getThing", "things", "A thing").Path("id", "Which."));
        Should.Throw<InvalidOperationException>(() => OpenApiDocument.Of(((IEndpointRouteBuilder)app).DataSources, "1")).Message.ShouldContain("/api/v1/things/{id}/{name}");
    }

    [Fact]
    public async Task Operations_can_be_told_apart_and_say_what_they_are()
    {
        var api = await LoadAsync();
        var ids = api.Operations.Select(one => one.Operation.GetProperty("operationId").GetString()!).ToList();
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => CamelCase().IsMatch(id));
        foreach (var (path, method, operation) in api.Operations)
        {
            var what = $"{method} {path}";
            operation.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty(what);
            operation.GetProperty("tags")[0].GetString().ShouldNotBeNullOrEmpty(what);
            operation.GetProperty("x-dpu-who").GetString().ShouldNotBeNullOrEmpty(what);
            operation.GetProperty("responses").EnumerateObject().ShouldContain(response => response.Name.StartsWith('2') || response.Name == "101", what);
            foreach (var parameter in operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [])
            {
                parameter.GetProperty("description").GetString().ShouldNotBeNullOrEmpty(what);
                (parameter.GetProperty("in").GetString() == "path").ShouldBe(path.Contains($"{{{parameter.GetProperty("name").GetString()}}}", StringComparison.Ordinal), what);
            }
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_schema_is_used()
    {
        var api = await LoadAsync();
        var references = References(api.Document).ToHashSet(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            reference.Split('/').Skip(1).Aggregate(api.Document, (at, name) => at.GetProperty(name)).ValueKind.ShouldBe(JsonValueKind.Object, reference);
        }

        var schemas = api.Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => "#/components/schemas/" + schema.Name);
        schemas.Where(schema => !references.Contains(schema)).ShouldBeEmpty();
        var schemes = api.Document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name);
        api.Operations.SelectMany(one => one.Operation.GetProperty("security").EnumerateArray().SelectMany(way => way.EnumerateObject()))
            .Select(scheme => scheme.Name).Distinct().ShouldBe(schemes, ignoreOrder: true);
    }

    [Fact]
    public async Task Examples_fit_what_they_are_examples_of()
    {
        var api = await LoadAsync();
        var bodies = api.Operations.Where(one => one.Operation.TryGetProperty("requestBody", out _)).Select(one => one.Operation.GetProperty("requestBody").GetProperty("content"))
            .Where(content => content.TryGetProperty("application/json", out _)).Select(content => content.GetProperty("application/json")).ToList();
        bodies.ShouldNotBeEmpty();
        foreach (var body in bodies)
        {
            api.Checker.Check(body.GetProperty("example"), body.GetProperty("schema")).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_visitor_may_ask_for_it_and_is_not_sent_the_same_twice()
    {
        using var first = await dpu.Visitor.GetAsync(dpu.At("/openapi.json"));
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At("/openapi.json"));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await dpu.Visitor.SendAsync(request);
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [FactWithPython("openapi_spec_validator")]
    public async Task Others_find_it_valid()
    {
        using var answer = await dpu.Visitor.GetAsync(dpu.At("/openapi.json"));
        var (code, said) = await Python.RunAsync(
            "import json, sys, openapi_spec_validator as v; getattr(v, 'validate', getattr(v, 'validate_spec', None))(json.load(sys.stdin))", await answer.Content.ReadAsStringAsync());
        code.ShouldBe(0, said);
    }

    [Fact]
    public async Task What_is_answered_is_what_the_document_says()
    {
        var chip = $"chip-{Guid.NewGuid():N}";
        var raw = Frames.Write(dpu.NewFolder(), "documented.fits", header => header.Set("CCD", chip));
        var api = await LoadAsync();
        var registered = (await api.AskAsync("ingestFiles", null, JsonSerializer.Serialize(new { paths = new[] { raw, "/no/such/file" } }))).GetProperty("registered")[0];
        var file = registered.GetProperty("id").GetString();
        var copy = await EndedAsync(api, $$$"""{"sequence":"Copy","options":{"instrument":"WFI","chip":"{{{chip}}}" },"campaign":{"name":"documented","unit":"one"}}""");
        var talk = await EndedAsync(api, """{"sequence":"Talk"}""");

        foreach (var id in new[] { copy, talk })
        {
            await api.AskAsync("getJob", new { id, tasks = "true" });
            await api.AskAsync("getJob", new { id });
            await api.AskAsync("explainJob", new { id });
            await api.AskAsync("listResults", new { id });
            (await api.AskAsync("readLogs", new { id })).GetArrayLength().ShouldBe(id == talk ? 2 : 0);
            await api.AskAsync("readLogs", new { id, follow = "true" });
        }

        foreach (var operation in new[] { "getHealth", "getStats", "listSequences", "listNodes", "listCampaigns", "listKeys", "getScaling", "findFiles", "reload" })
        {
            await api.AskAsync(operation);
        }

        await api.AskAsync("getSequenceOptions", new { sequence = "Copy>Fail" });
        await api.AskAsync("listCampaignUnits", new { name = "documented" });
        await api.AskAsync("getProvenance", new { id = file, direction = "down" });
        await api.AskAsync("submitJob", null, """{"sequence":"Quick","dryRun":true}""");
        await api.AskAsync("submitCommand", null, """{"command":["true"],"lines":["a"],"dryRun":true}""");
        await api.AskAsync("retryJob", new { id = talk }, """{"dryRun":true}""");
        var key = await api.AskAsync("createKey", null, """{"for":"node","note":"documented"}""");
        await api.AskAsync("revokeKey", new { id = key.GetProperty("id").GetString() });

        // Refusals, too.
        (await api.AskAsync("getJob", new { id = 2_000_000_000 })).GetProperty("code").GetString().ShouldBe("unknown-job");
        (await api.AskAsync("listJobs", new { status = "ASLEEP" })).GetProperty("code").GetString().ShouldBe("bad-status");
        (await api.AskAsync("cancelJob", new { id = talk }, """{"force":true}""")).GetProperty("code").GetString().ShouldBe("ended");
        (await api.AskAsync("submitJob", null, """{"sequence":"Qick"}""")).GetProperty("errors")[0].GetProperty("suggestion").GetString().ShouldBe("Quick");
    }

    [Fact]
    public async Task Whoever_knows_the_document_alone_submits_a_job_and_follows_it_to_the_end()
    {
        var api = await LoadAsync();
        var key = Guid.NewGuid().ToString("N");
        const string Body = """{"command":["echo","line {}"],"lines":["one","two words"]}""";
        var accepted = await api.AskAsync("submitCommand", new { IdempotencyKey = key }, Body);
        var id = accepted.GetProperty("jobId").GetInt32();
        (await api.AskAsync("submitCommand", new { IdempotencyKey = key }, Body)).GetProperty("jobId").GetInt32().ShouldBe(id);

        var changes = await api.AskAsync("followJob", new { id });
        changes[changes.GetArrayLength() - 1].GetProperty("status").GetString().ShouldBe("FINISHED");
        var job = await api.AskAsync("getJob", new { id, tasks = "true" });
        job.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("state").GetString()).ShouldBe(["Normal", "Normal"]);
        var lines = await api.AskAsync("readLogs", new { id });
        lines.EnumerateArray().Select(line => line.GetProperty("text").GetString()).ShouldBe(["line one", "line two words"], ignoreOrder: true);
        (await api.AskAsync("listJobs", new { all = "true", limit = 10_000 })).EnumerateArray().ShouldContain(one => one.GetProperty("jobId").GetInt32() == id);
    }

    private static async Task<int> EndedAsync(DocumentedApi api, string submission)
    {
        var id = (await api.AskAsync("submitJob", null, submission)).GetProperty("jobId").GetInt32();
        await api.AskAsync("followJob", new { id });
        return id;
    }

    private Task<DocumentedApi> LoadAsync() => DocumentedApi.LoadAsync(dpu.Owner, dpu.At("/openapi.json"));

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(field => field.Name == "$ref" ? [field.Value.GetString()!] : References(field.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };

    [GeneratedRegex("^[a-z][A-Za-z0-9]*$", RegexOptions.None, 1000)]
    private static partial Regex CamelCase();

    [GeneratedRegex(@"\{([^}]*)\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
