using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of the DPU itself say of themselves.</summary>
internal static class DpuRoutes
{
    private const string Part = "dpu";
    private const string RecipesPart = "recipes";

    public static void Document(RouteDescription route) => route
        .Is("getOpenApi", Part, "This document")
        .AnswerBytes("An OpenAPI 3.1 document.", "application/json");

    public static void Health(RouteDescription route) => route
        .Is("getHealth", Part, "Who answers, and how he is")
        .Answer<HealthInfo>("The DPU's name, version, role and state.");

    public static void Stats(RouteDescription route) => route
        .Is("getStats", Part, "The DPU in figures")
        .Answer<DpuStats>("Throughput, queue, users, nodes.");

    public static void Statistics(RouteDescription route) => route
        .Is("getStatistics", Part, "What was done in a time", "Throughput, waits and whose work it was, of jobs whose line in the queue the caller sees; causes of failures and the quality of estimates, of jobs that he may look into.")
        .Query("from", Form.Text(), "Its begin, as `2026-03-01T12:00:00Z` or `2026-03-01`; a week before its end unless said.", "2026-03-01")
        .Query("to", Form.Text(), "Its end; now unless said.", "2026-03-08")
        .Query("bucket", Form.OneOf("hour", "day", "week"), $"How finely it is told; what is readable unless said. At most {StatisticsEndpoint.BucketsMax} of them. Days are those of UTC, weeks begin on Monday.")
        .Answer<StatisticsReport>("The sums.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-time", "bad-bucket", "bad-span");

    public static void Sequences(RouteDescription route) => OfRecipes(route
        .Is("listSequences", RecipesPart, "What can be run: recipes and pipelines")
        .Answer<IReadOnlyList<SequenceInfo>>("What `dpu.sequences` lists, in its order, then the rest by name; of a version or of code of one's own: what is not usual first."));

    public static void Options(RouteDescription route) => OfRecipes(route
        .Is("getSequenceOptions", RecipesPart, "With what a sequence can be run")
        .Path("sequence", "The sequence, such as `Reduce>Coadd`.", example: "Reduce>Coadd")
        .Answer<SequenceOptions>("The options and process parameters of each of its recipes.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "unknown-recipe"));

    public static void History(RouteDescription route) => route
        .Is("getSequenceHistory", RecipesPart, "What a sequence took before", "By the jobs whose line in the queue the caller sees.")
        .Path("sequence", "The sequence, such as `Reduce>Coadd`.", example: "Reduce>Coadd")
        .Query(Paging.Limit, Form.Whole(1), $"At most so many jobs, never more than {SequenceHistoryEndpoint.RunsMax}; {SequenceHistoryEndpoint.RunsUsual} unless said.")
        .Answer<SequenceHistory>("Its last jobs, and what is known of its recipes' tasks.")
        .Refuses(StatusCodes.Status400BadRequest, "bad-limit")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "unknown-recipe");

    private static RouteDescription OfRecipes(RouteDescription route) => route
        .Query(AskedRecipes.Version, Form.Text(), "Of this version of the recipes; the usual one unless said.")
        .Query(AskedRecipes.Code, Form.Text(), "With those of this code over them, that one brought before, by its SHA-256.")
        .Refuses(StatusCodes.Status403Forbidden, "not-allowed")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "unknown-version", "unknown-code", "bad-recipes");

    public static void Reload(RouteDescription route) => route
        .Is("reload", Part, "Reads the configuration again", "As a whole or not at all: what held goes on to hold when it is wrong.")
        .Needs(Right.Operate)
        .Answer<ReloadReport>("What changed.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-configuration");
}
