using System.Text.Json.Nodes;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.OpenApi;

/// <summary>Where a parameter of a request stands.</summary>
internal enum ParameterPlace
{
    Path,
    Query,
    Header,
}

/// <summary>One parameter of a request, or one header of an answer.</summary>
internal sealed record DescribedParameter(ParameterPlace Place, string Name, JsonObject? Form, string Text, bool Required, string? Example);

/// <summary>What a request carries: JSON of a type, or bytes where there is none.</summary>
internal sealed record DescribedBody(Type? Type, string MediaType, string Text, IReadOnlyList<string> Needed, string? Example);

/// <summary>One way in which a request is answered. Without a media type there is no content.</summary>
internal sealed record DescribedAnswer(int Status, string Text, string? MediaType, Type? Type)
{
    /// <summary>Of a stream of events: what the data of each kind is; null for a kind without data.</summary>
    public IReadOnlyDictionary<string, Type?> Events { get; init; } = new Dictionary<string, Type?>(StringComparer.Ordinal);

    /// <summary>Whether <see cref="Type"/> is what each line holds.</summary>
    public bool IsLines { get; init; }
}

/// <summary>A header that answers of a status have.</summary>
internal sealed record DescribedHeader(int Status, string Name, JsonObject Form, string Text);

/// <summary>Codes of the problems of one status.</summary>
internal sealed record DescribedRefusal(int Status, IReadOnlyList<string> Codes);

/// <summary>Hangs on an endpoint; asked when somebody wants the document, never at start.</summary>
internal sealed record RouteSays(Action<RouteDescription> Describe);

/// <summary>What one route says of itself. Whom it is for is not said here: it follows from the marks that the guard reads, and from <see cref="Needs"/>.</summary>
internal sealed class RouteDescription
{
    private readonly List<DescribedParameter> _parameters = [];
    private readonly List<DescribedAnswer> _answers = [];
    private readonly List<DescribedHeader> _headers = [];
    private readonly List<DescribedRefusal> _refusals = [];

    /// <summary>Name of the operation, in camelCase; a client's method.</summary>
    public string Id { get; private set; } = "";

    /// <summary>The part of the API.</summary>
    public string Part { get; private set; } = "";

    public string Summary { get; private set; } = "";

    public string Text { get; private set; } = "";

    public Right? Right { get; private set; }

    public DescribedBody? Body { get; private set; }

    public IReadOnlyList<DescribedParameter> Parameters => _parameters;

    public IReadOnlyList<DescribedAnswer> Answers => _answers;

    public IReadOnlyList<DescribedHeader> Headers => _headers;

    public IReadOnlyList<DescribedRefusal> Refusals => _refusals;

    /// <summary>What it is called, which part of the API it belongs to, what it does in one line, and, if there is more to say, the rest.</summary>
    public RouteDescription Is(string id, string part, string summary, string text = "")
    {
        (Id, Part, Summary, Text) = (id, part, summary, text);
        return this;
    }

    /// <summary>Which right the caller needs; for routes that are for users.</summary>
    public RouteDescription Needs(Right right)
    {
        Right = right;
        return this;
    }

    /// <summary>A parameter of the address. Without a <paramref name="form"/> its constraint in the route tells.</summary>
    public RouteDescription Path(string name, string text, JsonObject? form = null, string? example = null) =>
        Parameter(new DescribedParameter(ParameterPlace.Path, name, form, text, Required: true, example));

    /// <summary>A parameter behind the question mark.</summary>
    public RouteDescription Query(string name, JsonObject form, string text, string? example = null) =>
        Parameter(new DescribedParameter(ParameterPlace.Query, name, form, text, Required: false, example));

    public RouteDescription Header(string name, JsonObject form, string text, bool required = false) =>
        Parameter(new DescribedParameter(ParameterPlace.Header, name, form, text, required, Example: null));

    /// <summary>JSON is sent; <paramref name="needed"/> names fields that must be there.</summary>
    public RouteDescription Takes<T>(string text, string? example = null, params IReadOnlyList<string> needed)
    {
        Body = new DescribedBody(typeof(T), "application/json", text, needed, example);
        return this;
    }

    /// <summary>Bytes are sent.</summary>
    public RouteDescription TakesBytes(string mediaType, string text)
    {
        Body = new DescribedBody(null, mediaType, text, [], null);
        return this;
    }

    /// <summary>JSON comes back.</summary>
    public RouteDescription Answer<T>(string text, int status = StatusCodes.Status200OK) =>
        Answered(new DescribedAnswer(status, text, "application/json", typeof(T)));

    /// <summary>A line of JSON for each thing comes back.</summary>
    public RouteDescription AnswerLines<T>(string text) =>
        Answered(new DescribedAnswer(StatusCodes.Status200OK, text, "application/x-ndjson", typeof(T)) { IsLines = true });

    /// <summary>Server-sent events come back, for as long as there are some.</summary>
    public RouteDescription AnswerEvents(string text, params IReadOnlyList<(string Name, Type? Type)> events) => Answered(
        new DescribedAnswer(StatusCodes.Status200OK, text, "text/event-stream", null) { Events = events.ToDictionary(e => e.Name, e => e.Type, StringComparer.Ordinal) });

    public RouteDescription AnswerBytes(string text, string mediaType = "application/octet-stream", int status = StatusCodes.Status200OK) =>
        Answered(new DescribedAnswer(status, text, mediaType, null));

    /// <summary>Nothing comes back but the status.</summary>
    public RouteDescription AnswerNothing(int status, string text) => Answered(new DescribedAnswer(status, text, null, null));

    /// <summary>A header that answers of <paramref name="status"/> have.</summary>
    public RouteDescription AnswerHeader(string name, JsonObject form, string text, int status = StatusCodes.Status200OK)
    {
        _headers.Add(new DescribedHeader(status, name, form, text));
        return this;
    }

    /// <summary>A refusal of its own, by the codes of its problems. What every route of its kind can answer need not be said.</summary>
    public RouteDescription Refuses(int status, params IReadOnlyList<string> codes)
    {
        _refusals.Add(new DescribedRefusal(status, codes));
        return this;
    }

    /// <summary>A list that can be had in pieces: <c>limit</c>, a cursor, and <c>Link</c>.</summary>
    public RouteDescription Pages(string cursor, JsonObject form, string text, int? usual = null) => this
        .Query(Paging.Limit, Form.Whole(1), $"At most so many, never more than {Paging.LimitMax}; {(usual is null ? "all" : $"{usual}")} unless said.")
        .Query(cursor, form, text)
        .AnswerHeader("Link", Form.Text(), "The address of the next page, as `<…>; rel=\"next\"`; not there on the last one.")
        .Refuses(StatusCodes.Status400BadRequest, "bad-limit")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-cursor");

    /// <summary>The same, behind one of the list's own.</summary>
    public RouteDescription Pages(string id) => Pages(Paging.After, Form.Text(), $"Those behind this one, by {id}.");

    /// <summary>A stream that goes on where the last one broke.</summary>
    public RouteDescription Resumes() => Header("Last-Event-ID", Form.Text(), "The `id` of the last event that was read, of a stream that broke: it goes on behind that.");

    private RouteDescription Parameter(DescribedParameter parameter)
    {
        _parameters.Add(parameter);
        return this;
    }

    private RouteDescription Answered(DescribedAnswer answer)
    {
        _answers.Add(answer);
        return this;
    }
}

/// <summary>How a route is described where it is mapped.</summary>
internal static class DescribedEndpoint
{
    /// <summary>Describes a route: <c>api.MapGet("/things", things.List).Says(ThingRoutes.List)</c>. A route without this fails the tests.</summary>
    public static TBuilder Says<TBuilder>(this TBuilder endpoint, Action<RouteDescription> describe)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RouteSays(describe));
}
