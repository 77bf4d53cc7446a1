using System.Globalization;
using System.Net.Http.Headers;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Service.Http.OpenApi;
using Dpu.Service.Http.Routes;
using Dpu.Service.Nodes;
using Dpu.Service.Staging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using EntityTag = Microsoft.Net.Http.Headers.EntityTagHeaderValue;

namespace Dpu.Service.Http;

/// <summary>What staging works with.</summary>
/// <param name="Grants">What was given to whom.</param>
/// <param name="FindAsync">What the catalog knows of a file, whatever is committed now included; null for nothing.</param>
/// <param name="Store">The store; absolute.</param>
/// <param name="Outputs">Receives.</param>
internal sealed record StagingParts(NodeGrants Grants, Func<string, CancellationToken, Task<CatalogFile?>> FindAsync, string Store, ArrivingOutputs Outputs)
{
    /// <summary>Where an archive of code is, by its checksum.</summary>
    public required Func<string, string> PathOfCode { get; init; }
}

/// <summary>Inputs for nodes that share no file system with the frontend, and their outputs. A node sees attempts that were given to it, and nothing else.</summary>
internal sealed class StagingEndpoints(Func<StagingParts> parts)
{
    private const string Attempt = "/node/attempts/{job:int}/{task:int}/{number:int}";

    /// <summary>Maps the addresses.</summary>
    /// <param name="api">Below what.</param>
    /// <param name="nodeOf">Which node asks.</param>
    /// <param name="mark">Says of an address whom it is for.</param>
    public void Map(IEndpointRouteBuilder api, Func<HttpContext, string> nodeOf, Action<IEndpointConventionBuilder> mark)
    {
        mark(api.MapMethods(Attempt + "/inputs/{file}", ["GET", "HEAD"], async context => await (await InputAsync(context, nodeOf(context))).ExecuteAsync(context)).Says(NodeRoutes.Input));
        mark(api.MapMethods(Attempt + "/code", ["GET"], context => Code(context, nodeOf(context)).ExecuteAsync(context)).Says(NodeRoutes.Code));
        mark(api.MapMethods(Attempt + "/outputs/{**path}", ["HEAD"], context => OutputState(context, nodeOf(context)).ExecuteAsync(context)).Says(NodeRoutes.OutputState));
        mark(api.MapMethods(Attempt + "/outputs/{**path}", ["PUT"], async context => await (await OutputAsync(context, nodeOf(context))).ExecuteAsync(context)).Says(NodeRoutes.Output));
    }

    private async Task<IResult> InputAsync(HttpContext context, string node)
    {
        var (granted, refusal) = Granted(context, node);
        if (granted is null)
        {
            return refusal!;
        }

        var id = Endpoints.RouteText(context, "file");
        if (granted.Start.Work is not TaskWork.Directed directed || !directed.InputIds.Contains(id, StringComparer.Ordinal))
        {
            return Because(StatusCodes.Status404NotFound, "no-input", $"'{id}' is no input of attempt {granted.Start.Attempt}.");
        }

        if (await parts().FindAsync(id, context.RequestAborted) is not { } file)
        {
            return Because(StatusCodes.Status404NotFound, "unknown-file", $"The catalog knows no file '{id}' any more.");
        }

        var path = Path.Combine(parts().Store, file.Path);
        var found = new FileInfo(path);
        return !found.Exists ? Because(StatusCodes.Status404NotFound, "file-gone", $"{file.Name} is registered, but {path} is not there any more.")
            : RegularFile.LengthOf(found) != file.SizeBytes
                ? Because(StatusCodes.Status409Conflict, "file-changed", string.Create(CultureInfo.InvariantCulture, $"{path} has changed: it had {file.SizeBytes} bytes when it was registered."))
            : Results.File(path, "application/octet-stream", enableRangeProcessing: true, entityTag: new EntityTag($"\"{file.Sha256}\""));
    }

    /// <summary>The code that came with the job of an attempt.</summary>
    private IResult Code(HttpContext context, string node)
    {
        var (granted, refusal) = Granted(context, node);
        if (granted is null)
        {
            return refusal!;
        }

        if (granted.Start.Code is not { } code)
        {
            return Because(StatusCodes.Status404NotFound, "no-code", $"Attempt {granted.Start.Attempt} runs released code.");
        }

        var path = parts().PathOfCode(code.Sha256);
        return File.Exists(path)
            ? Results.File(path, "application/zip", enableRangeProcessing: true, entityTag: new EntityTag($"\"{code.Sha256}\""))
            : Because(StatusCodes.Status404NotFound, "code-gone", $"The code {code.Sha256} of job {granted.Start.Attempt.Job} is not kept here any more.");
    }

    /// <summary>How much of an output is here already; 204 when it is whole and in its place, which a service that was killed may not have got to.</summary>
    private IResult OutputState(HttpContext context, string node)
    {
        var (file, refusal) = Declared(context, node, Number(context.Request.Headers[StagingHeaders.Size]));
        if (file is null)
        {
            return refusal!;
        }

        context.Response.Headers[StagingHeaders.Received] = StagingHeaders.Number(parts().Outputs.ReceivedBytes(file));
        return Results.StatusCode(parts().Outputs.IsWhole(file) ? StatusCodes.Status204NoContent : StatusCodes.Status200OK);
    }

    private async Task<IResult> OutputAsync(HttpContext context, string node)
    {
        var request = context.Request;
        var range = ContentRangeHeaderValue.TryParse(request.Headers.ContentRange.ToString(), out var parsed) ? parsed : null;
        var (offset, size) = range is { HasRange: true, HasLength: true } ? (range.From!.Value, range.Length) : (0, request.ContentLength);
        var (file, refusal) = Declared(context, node, size);
        if (file is null)
        {
            return refusal!;
        }

        var arrival = await parts().Outputs.ReceiveAsync(file, offset, request.Body, context.RequestAborted);
        return arrival switch
        {
            Arrival.Whole => Results.StatusCode(StatusCodes.Status204NoContent),
            Arrival.Part => Results.StatusCode(StatusCodes.Status202Accepted),
            Arrival.Busy => Because(StatusCodes.Status503ServiceUnavailable, "busy", $"Another request brings '{file.Path}' at this moment."),
            Arrival.Elsewhere now => Because(StatusCodes.Status409Conflict, StagingHeaders.WrongOffset, string.Create(CultureInfo.InvariantCulture, $"{now.ReceivedBytes} bytes of '{file.Path}' are here: go on from there.")),
            Arrival.Different other => Because(StatusCodes.Status422UnprocessableEntity, StagingHeaders.WrongDigest, $"What arrived of '{file.Path}' has the SHA-256 {other.Sha256}, not {file.Sha256}."),
            Arrival.TooLong => Because(StatusCodes.Status413PayloadTooLarge, "too-long", string.Create(CultureInfo.InvariantCulture, $"More than the {file.SizeBytes} bytes that were declared came of '{file.Path}'.")),
            Arrival.NoPlace no => Because(StatusCodes.Status409Conflict, "no-place", $"{no.Reason}."),
            Arrival.NoRoom no => Because(StatusCodes.Status507InsufficientStorage, "no-room", $"'{file.Path}' of attempt {file.Attempt} cannot be taken: {no.Reason}."),
            _ => throw new InvalidOperationException($"Nothing arrives as {arrival.GetType().Name}."),
        };
    }

    private (ArrivingFile? File, IResult? Refusal) Declared(HttpContext context, string node, long? size)
    {
        var (granted, refusal) = Granted(context, node);
        if (granted is null)
        {
            return (null, refusal);
        }

        var attempt = granted.Start.Attempt;
        var path = context.Request.RouteValues["path"] as string ?? "";
        if (granted.Start.Work is not TaskWork.Directed)
        {
            return (null, Because(StatusCodes.Status409Conflict, "no-outputs", $"Attempt {attempt} is one of a command: it has no outputs."));
        }

        if ((StoredPath.FlawOf(path) ?? FlawOf(context)) is { } flaw)
        {
            return (null, Because(StatusCodes.Status422UnprocessableEntity, "bad-path", $"'{path}' is no path of an output: {flaw}."));
        }

        return (size, StagingHeaders.Sha256Of(context.Request.Headers[StagingHeaders.Digest])) is ({ } known, { } sha256)
            ? (new ArrivingFile(attempt, path, known, sha256), null)
            : (null, Because(StatusCodes.Status400BadRequest, "bad-request", $"The size of '{path}' or its {StagingHeaders.Digest} (sha-256) is missing."));
    }

    /// <summary>Routing leaves an encoded slash as it is, and nobody could tell it from a name that holds these three letters.</summary>
    private static string? FlawOf(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? "it has a slash in disguise" : null;

    private (GrantedAttempt? Granted, IResult? Refusal) Granted(HttpContext context, string node)
    {
        var attempt = new AttemptId(new JobId(Route(context, "job")), Route(context, "task"), Route(context, "number"));
        return parts().Grants.Find(node, attempt) is { } granted
            ? (granted, null)
            : (null, Because(StatusCodes.Status403Forbidden, StagingHeaders.NotGranted, $"Attempt {attempt} is not, or not yet, known to be given to node {node}."));
    }

    private static int Route(HttpContext context, string name) => int.Parse((string)context.Request.RouteValues[name]!, CultureInfo.InvariantCulture);

    private static long? Number(string? text) => StagingHeaders.NumberOf(text);

    private static ProblemResult Because(int status, string code, string detail) => ProblemResult.Because(status, code, detail);
}
