using System.Globalization;
using System.Text.Json.Nodes;
using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Dpu.Service.Http.OpenApi;

/// <summary>
/// The API as an OpenAPI 3.1 document, made from the routes that are mapped and from what each of them says. What OpenAPI has no words for stands in <c>x-dpu-…</c>:
/// <c>x-dpu-who</c> and <c>x-dpu-right</c> (who may ask), <c>x-dpu-events</c> (schema of each kind of server-sent event), <c>x-dpu-line</c> (schema of each line).
/// </summary>
internal sealed class OpenApiDocument
{
    private const string Version = "3.1.1";
    private const string Problems = "#/components/responses/Problem";
    private const string About = """
        The HTTP API of a DPU: submit sequences of recipes or commands, follow them, fetch what they made, and run the nodes.

        Times are RFC 3339 in UTC, durations seconds, sizes bytes. Fields may be added to what is answered; none is renamed. Every refusal is `application/problem+json`
        (RFC 9457) with a `code` for programs and a `detail` for people. A submission with an `Idempotency-Key` may be sent again when its answer was lost: it is one job.
        """;

    private readonly JsonSchemas _schemas = new(XmlDocs.Load());
    private readonly JsonObject _paths = [];
    private readonly SortedSet<string> _parts = new(StringComparer.Ordinal);

    private OpenApiDocument()
    {
    }

    /// <summary>Makes the document of everything that is mapped.</summary>
    /// <exception cref="InvalidOperationException">A route is not described, or not wholly.</exception>
    public static JsonObject Of(IEnumerable<EndpointDataSource> sources, string version)
    {
        var document = new OpenApiDocument();
        foreach (var endpoint in sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(IsOfApi).OrderBy(PathOf, StringComparer.Ordinal))
        {
            document.Add(endpoint);
        }

        return document.Whole(version);
    }

    /// <summary>Whatever answers to a method of its own; what catches the rest does not.</summary>
    private static bool IsOfApi(RouteEndpoint endpoint) =>
        MethodsOf(endpoint).Count > 0 && endpoint.Metadata.GetMetadata<RequestGuard.ForBrowsers>() is null && endpoint.Metadata.GetMetadata<MonitoringEndpoints.OfMonitors>() is null;

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    /// <summary>The address with its parameters in braces, without what constrains them.</summary>
    private static string PathOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => throw new InvalidOperationException($"There is no part {part.PartKind} in an address."),
    }))));

    private void Add(RouteEndpoint endpoint)
    {
        var path = PathOf(endpoint);
        var says = endpoint.Metadata.GetMetadata<RouteSays>() ?? throw new InvalidOperationException($"{path} is mapped without a description (.Says).");
        if (_paths[path] is not JsonObject item)
        {
            _paths[path] = item = [];
        }

        foreach (var method in MethodsOf(endpoint))
        {
            var route = new RouteDescription();
            says.Describe(route);
            _parts.Add(route.Part);
            item[method.ToLowerInvariant()] = Operation(endpoint, route, method, path);
        }
    }

    private JsonObject Operation(RouteEndpoint endpoint, RouteDescription route, string method, string path)
    {
        var isHead = HttpMethods.IsHead(method) && MethodsOf(endpoint).Count > 1;
        var who = RouteAudience.Of(endpoint.Metadata);
        var operation = new JsonObject
        {
            ["operationId"] = isHead ? route.Id + "Head" : route.Id,
            ["tags"] = new JsonArray(route.Part),
            ["summary"] = route.Summary,
            ["description"] = string.Join("\n\n", new[] { route.Text, who.Sentence(route.Right) }.Where(text => text.Length > 0)),
            ["security"] = who.Security(),
            ["x-dpu-who"] = who.Word,
        };
        if (route.Right is { } right)
        {
            operation["x-dpu-right"] = right.ToString();
        }

        if (Parameters(endpoint, route, path) is { Count: > 0 } parameters)
        {
            operation["parameters"] = parameters;
        }

        if (route.Body is { } body)
        {
            operation["requestBody"] = RequestBody(body);
        }

        operation["responses"] = Responses(route, who, isHead);
        if (HttpMethods.IsGet(method))
        {
            SayVersions(operation);
        }

        return operation;
    }

    private static JsonArray Parameters(RouteEndpoint endpoint, RouteDescription route, string path)
    {
        var inPath = endpoint.RoutePattern.Parameters;
        var described = route.Parameters.Where(parameter => parameter.Place == ParameterPlace.Path).Select(parameter => parameter.Name).Order(StringComparer.Ordinal);
        if (!described.SequenceEqual(inPath.Select(parameter => parameter.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw new InvalidOperationException($"The description of {path} names other parameters of the address than there are.");
        }

        return [.. route.Parameters.Select(parameter => Parameter(parameter, inPath.FirstOrDefault(p => parameter.Place == ParameterPlace.Path && p.Name == parameter.Name)))];
    }

    private static JsonObject Parameter(DescribedParameter parameter, RoutePatternParameterPart? inPath)
    {
        var isNumber = inPath?.ParameterPolicies.Any(policy => policy.Content == "int" || policy.ParameterPolicy is IntRouteConstraint) ?? false;
        var described = new JsonObject
        {
            ["name"] = parameter.Name,
            ["in"] = parameter.Place.ToString().ToLowerInvariant(),
            ["description"] = parameter.Text,
            ["schema"] = parameter.Form ?? (isNumber ? Form.Whole() : Form.Text()),
        };
        if (parameter.Required)
        {
            described["required"] = true;
        }

        if (parameter.Example is { } example)
        {
            described["example"] = isNumber ? int.Parse(example, CultureInfo.InvariantCulture) : example;
        }

        return described;
    }

    private JsonObject RequestBody(DescribedBody body)
    {
        var content = new JsonObject { ["schema"] = body.Type is { } type ? _schemas.OfRequest(type, body.Needed) : new JsonObject() };
        if (body.Example is { } example)
        {
            content["example"] = JsonNode.Parse(example);
        }

        return new JsonObject { ["description"] = body.Text, ["required"] = true, ["content"] = new JsonObject { [body.MediaType] = content } };
    }

    private JsonObject Responses(RouteDescription route, RouteAudience who, bool isHead)
    {
        var responses = new JsonObject();
        foreach (var answers in route.Answers.GroupBy(answer => answer.Status).OrderBy(group => group.Key))
        {
            var response = new JsonObject { ["description"] = string.Join(" ", answers.Select(answer => answer.Text).Distinct(StringComparer.Ordinal)) };
            if (HeadersOf(route, answers.Key) is { Count: > 0 } headers)
            {
                response["headers"] = headers;
            }

            if (!isHead && Content(answers) is { Count: > 0 } content)
            {
                response["content"] = content;
            }

            responses[Text(answers.Key)] = response;
        }

        foreach (var (status, codes) in RefusalsOf(route, who))
        {
            responses[Text(status)] = new JsonObject
            {
                ["description"] = $"Refused: {string.Join(", ", codes.Select(code => $"`{code}`"))}.",
                ["content"] = new JsonObject { [Problem.ContentType] = new JsonObject { ["schema"] = _schemas.OfAnswer(typeof(Problem)) } },
            };
        }

        responses["default"] = new JsonObject { ["$ref"] = Problems };
        return responses;
    }

    /// <summary>What is read as JSON has a version, and need not be sent again to whoever has it.</summary>
    private static void SayVersions(JsonObject operation)
    {
        if (operation["responses"]!["200"] is not JsonObject ok || ok["content"]?["application/json"] is null)
        {
            return;
        }

        if (ok["headers"] is not JsonObject headers)
        {
            ok["headers"] = headers = [];
        }

        headers["ETag"] = new JsonObject { ["description"] = "The version of what was read.", ["schema"] = Form.Text() };
        operation["responses"]!["304"] = new JsonObject { ["description"] = "It is still the version that `If-None-Match` names." };
        if (operation["parameters"] is not JsonArray parameters)
        {
            operation["parameters"] = parameters = [];
        }

        parameters.Add((JsonNode)new JsonObject
        {
            ["name"] = "If-None-Match",
            ["in"] = "header",
            ["description"] = "A version that is here already: it is not sent again.",
            ["schema"] = Form.Text(),
        });
    }

    private static JsonObject HeadersOf(RouteDescription route, int status) => new(
        route.Headers.Where(header => header.Status == status)
            .Select(header => KeyValuePair.Create(header.Name, (JsonNode?)new JsonObject { ["description"] = header.Text, ["schema"] = header.Form })));

    /// <summary>Its own refusals and those that all routes of its kind have, by status.</summary>
    private static SortedDictionary<int, SortedSet<string>> RefusalsOf(RouteDescription route, RouteAudience who)
    {
        var all = new SortedDictionary<int, SortedSet<string>>();
        Add(StatusCodes.Status429TooManyRequests, ["too-many-requests"]);
        foreach (var refusal in route.Refusals.Concat(who.Refusals))
        {
            Add(refusal.Status, refusal.Codes);
        }

        if (route.Body?.Type is not null)
        {
            Add(StatusCodes.Status400BadRequest, ["bad-json"]);
            Add(StatusCodes.Status413PayloadTooLarge, ["too-large"]);
        }

        return all;

        void Add(int status, IEnumerable<string> codes)
        {
            if (!all.TryGetValue(status, out var known))
            {
                all[status] = known = new SortedSet<string>(StringComparer.Ordinal);
            }

            known.UnionWith(codes);
        }
    }

    private JsonObject Content(IEnumerable<DescribedAnswer> answers)
    {
        var content = new JsonObject();
        foreach (var kind in answers.Where(answer => answer.MediaType is not null).GroupBy(answer => answer.MediaType!, StringComparer.Ordinal))
        {
            var all = kind.ToList();
            content[kind.Key] = all.Count == 1 ? Media(all[0]) : new JsonObject { ["schema"] = new JsonObject { ["anyOf"] = new JsonArray([.. all.Select(one => _schemas.OfAnswer(one.Type!))]) } };
        }

        return content;
    }

    private JsonObject Media(DescribedAnswer answer)
    {
        if (answer.Events.Count > 0)
        {
            var events = answer.Events.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)(one.Value is null ? [] : _schemas.OfAnswer(one.Value))));
            return new JsonObject { ["schema"] = Form.Text(), ["x-dpu-events"] = new JsonObject(events) };
        }

        return answer switch
        {
            { IsLines: true, Type: { } line } => new JsonObject { ["schema"] = Form.Text(), ["x-dpu-line"] = _schemas.OfAnswer(line) },
            { Type: { } type } => new JsonObject { ["schema"] = _schemas.OfAnswer(type) },
            _ => new JsonObject { ["schema"] = new JsonObject() },
        };
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    private JsonObject Whole(string version)
    {
        var problem = _schemas.OfAnswer(typeof(Problem));
        return new JsonObject
        {
            ["openapi"] = Version,
            ["info"] = new JsonObject { ["title"] = "Distributed Processing Unit", ["version"] = version, ["description"] = About },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. _parts.Select(part => new JsonObject { ["name"] = part })]),
            ["paths"] = _paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(_schemas.Components.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "Refused or failed; `code` and `detail` say why.",
                        ["content"] = new JsonObject { [Problem.ContentType] = new JsonObject { ["schema"] = problem } },
                    },
                },
                ["securitySchemes"] = RouteAudience.Schemes(),
            },
        };
    }
}
