using System.Collections.Immutable;
using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Domain.Catalog;
using Dpu.Domain.Users;
using Dpu.Journal.Catalog;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>The catalog: results, files, their history, and registration of what comes from outside.</summary>
internal sealed class FileEndpoints(ApiServices services)
{
    private ProductAnswers Products => new(services.Products, services.Store);

    public async Task<IResult> ResultsAsync(HttpContext context)
    {
        if (!Paging.TryLimit(context, out var limit))
        {
            return Paging.BadLimit(context);
        }

        var query = context.Request.Query;
        var (number, after) = (query["task"].ToString(), query[Paging.After].ToString());
        if (number.Length > 0 && !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-task", $"'{number}' is no task's number: they count from 0.");
        }

        await services.FreshenAsync(context.RequestAborted);
        var visible = services.VisibleTo(context);
        var (job, refusal) = await visible.OpenAsync(Endpoints.JobOf(context), context.RequestAborted);
        if (job is null)
        {
            return refusal!;
        }

        var filter = new ResultFilter(
            limit is { } most ? most + 1 : int.MaxValue,
            after.Length > 0 ? after : null,
            number.Length > 0 ? int.Parse(number, CultureInfo.InvariantCulture) : null,
            query["main"] == "true");
        if (await visible.Queue.GetResultsAsync(job.Id, filter, context.RequestAborted) is not { } rows)
        {
            return Paging.BadCursor(after);
        }

        var files = rows.Select(row => ApiMapping.File(row.File, services.Store, row.Main)).ToList();
        if (files.Count > limit)
        {
            files.RemoveAt(files.Count - 1);
            Paging.SayNext(context, Paging.After, files[^1].Id);
        }

        return Endpoints.Json<IReadOnlyList<FileRecord>>(files, ApiJson.Default.IReadOnlyListFileRecord);
    }

    public async Task<IResult> QueryAsync(HttpContext context)
    {
        if (!Paging.TryLimit(context, out var asked))
        {
            return Paging.BadLimit(context);
        }

        await services.FreshenAsync(context.RequestAborted);
        var (files, limit) = (services.VisibleTo(context).Files, asked ?? Paging.LimitMax);
        var after = context.Request.Query[Paging.After].ToString() is { Length: > 0 } cursor ? cursor : null;
        if (after is not null && (await files.FindAsync(after, context.RequestAborted))?.Id != after)
        {
            return Paging.BadCursor(after);
        }

        try
        {
            // One more tells whether there is another page.
            var found = await files.QueryAsync(context.Request.Query["q"].ToString(), after, limit + 1, context.RequestAborted);
            if (found.Length > limit)
            {
                Paging.SayNext(context, Paging.After, found[limit - 1].Id);
            }

            return Endpoints.Json<IReadOnlyList<FileRecord>>([.. found.Take(limit).Select(file => Record(file))], ApiJson.Default.IReadOnlyListFileRecord);
        }
        catch (FormatException error)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-query", error.Message);
        }
    }

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var id = Endpoints.RouteText(context, "id");
        var visible = services.VisibleTo(context);
        if (await visible.Files.FindAsync(id, context.RequestAborted) is not { } file)
        {
            return NoSuchFile(id);
        }

        visible.NoteLook($"file {file.Id}", file.Owner, file.Context);
        return Endpoints.Json(Record(file), ApiJson.Default.FileRecord);
    }

    public async Task<IResult> ContentAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var id = Endpoints.RouteText(context, "id");
        var visible = services.VisibleTo(context);
        var file = await visible.Files.FindAsync(id, context.RequestAborted);
        if (file is null)
        {
            return NoSuchFile(id);
        }

        visible.NoteLook($"file {file.Id}", file.Owner, file.Context);
        return await Products.AnswerAsync(context, file, path => visible.Files.FindAsync(path, context.RequestAborted));
    }

    public async Task<IResult> ProvenanceAsync(HttpContext context)
    {
        var id = Endpoints.RouteText(context, "id");
        var direction = context.Request.Query["direction"].ToString() switch
        {
            "" or "up" => ProvenanceDirection.Up,
            "down" => ProvenanceDirection.Down,
            _ => (ProvenanceDirection?)null,
        };
        if (direction is not { } way)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-direction", "direction is up or down.");
        }

        if (!Paging.TryLimit(context, out var limit))
        {
            return Paging.BadLimit(context);
        }

        await services.FreshenAsync(context.RequestAborted);
        return await services.VisibleTo(context).Files.GetProvenanceAsync(id, way, limit ?? int.MaxValue, context.RequestAborted) is { } history
            ? Endpoints.Json(History(history), ApiJson.Default.Provenance)
            : NoSuchFile(id);
    }

    public async Task<IResult> IngestAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(
            context, ApiJson.Default.IngestRequest, static body => RequestBody.FlawOf(body.Paths, "paths", needed: true));
        if (asked is null)
        {
            return refusal!;
        }

        var caller = RequestGuard.CallerOf(context);
        if (!ContextRules.For(caller, new AskedContext(asked.Project, asked.Privileges), WorkContext.OfRawData).TryGet(out var belongs, out var errors))
        {
            return ContextEndpoints.Refuse(errors);
        }

        var result = await services.Ingest.IngestAsync(asked.Paths, new FileScope(RequestGuard.RequireUser(context), belongs), context.RequestAborted);
        if (result.Registered.Count > 0)
        {
            services.Users.Acts.Note(caller, "ingest", $"file {result.Registered[0].Id}", detail: $"{result.Registered.Count} files, the first {result.Registered[0].Path}");
        }

        return Endpoints.Json(result, ApiJson.Default.IngestResult);
    }

    private FileRecord Record(CatalogFile file) => ApiMapping.File(file, services.Store, IsMain(file));

    /// <summary>A companion, such as a quick-look, is no main object; which types are, the recipes declare.</summary>
    private bool IsMain(CatalogFile file) =>
        file.MadeBy is not null && services.Recipes.Recipes.Any(recipe => recipe.Outputs.Any(output => output.Main && output.Type == file.Type));

    private static ProblemResult NoSuchFile(string id) =>
        ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-file", $"The catalog knows no file '{id}'.");

    private static IResult Files(HttpContext context, ImmutableArray<FileRecord> files) =>
        Paging.Page(context, files, static file => file.Id, ApiJson.Default.IReadOnlyListFileRecord);

    private Client.Contracts.Provenance History(Journal.Catalog.Provenance history) => new(
        Record(history.Root),
        [.. history.Edges.Select(edge => new Client.Contracts.ProvenanceEdge(edge.Effect, edge.Cause, Name(edge.Relation)))],
        [.. history.Files.Select(Record)])
    {
        Processes = [.. history.Processes.Select(process => new ProvenanceAttempt(process.Attempt.ToString(), process.Step, process.Node, process.StartedAt, process.EndedAt))],
        More = history.More,
    };

    private static string Name(ProvenanceRelation relation) => relation switch
    {
        ProvenanceRelation.Used => "used",
        ProvenanceRelation.WasGeneratedBy => "wasGeneratedBy",
        ProvenanceRelation.WasDerivedFrom => "wasDerivedFrom",
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, "unknown relation"),
    };
}
