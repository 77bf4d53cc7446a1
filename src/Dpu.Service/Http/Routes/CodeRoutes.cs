using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of shipped code say of themselves.</summary>
internal static class CodeRoutes
{
    private const string Part = "code";

    public static void Describe(RouteDescription route) => OfCode(route
        .Is("getCode", Part, "An archive of code that one brought before", "What somebody else brought is not there.")
        .Answer<CodeInfo>("What is in it.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-code")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-archive"));

    public static void Has(RouteDescription route) => OfCode(route
        .Is("hasCode", Part, "Whether an archive of code is there that one brought before")
        .AnswerNothing(StatusCodes.Status200OK, "It is.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-code"));

    public static void Receive(RouteDescription route) => OfCode(route
        .Is("putCode", Part, "Brings an archive of code, which submissions then name (`code`)", "Again is the same. A zip archive of plain files and folders with names that mean one place, inside; anything else is refused as a whole. Jobs with it are for their user alone.")
        .TakesBytes("application/zip", "The archive, as it is.")
        .Answer<CodeInfo>("It was there already.")
        .Answer<CodeInfo>("It is there now.", StatusCodes.Status201Created)
        .Refuses(StatusCodes.Status413PayloadTooLarge, "too-large")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-sha256", "wrong-digest", "bad-archive")
        .Refuses(StatusCodes.Status507InsufficientStorage, "no-room"));

    public static void Settings(RouteDescription route) => route
        .Is("filterSettings", Part, "What of a user's settings would go along with a job", "Without what looks secret or belongs to the DPU. Nothing is kept.")
        .Needs(Right.RunRecipes)
        .Takes<SubmittedSettings>("Variables, and the text of `Environment.cfg`.", """{"configuration":"[global]\ndata_path : /data\ndatabase_password : secret"}""")
        .Answer<SettingsPreview>("What would go along, and a sentence about what would not.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-settings");

    private static RouteDescription OfCode(RouteDescription route) => route
        .Needs(Right.ShipCode)
        .Path("sha256", "SHA-256 of the archive: 64 lower-case hexadecimal digits.", Form.Sha256());
}
