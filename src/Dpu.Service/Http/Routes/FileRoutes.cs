using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of files say of themselves.</summary>
internal static class FileRoutes
{
    private const string Part = "files";

    public static void Query(RouteDescription route) => route
        .Is("findFiles", Part, "Files of the catalog")
        .Query("q", Form.Text(), "What they must be: `key=value` terms with a space between, such as `type=raw-science chip=ccd50`; nothing for all.", "type=raw-science chip=ccd50")
        .Pages("id")
        .Answer<IReadOnlyList<FileRecord>>("The files.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-query");

    public static void Content(RouteDescription route) => OfFile(route
        .Is("getFileContent", Part, "A file's bytes", "Ranges can be asked for (`Range: bytes=0-99`).")
        .AnswerBytes("The bytes.")
        .AnswerBytes("A part of them.", status: StatusCodes.Status206PartialContent)
        .Refuses(StatusCodes.Status404NotFound, "file-gone"));

    public static void Provenance(RouteDescription route) => OfFile(route
        .Is("getProvenance", Part, "Where a file came from, or what was made of it")
        .Query("direction", Form.OneOf("up", "down"), "`up` for what it came from, which is usual, `down` for what was made of it.")
        .Answer<Provenance>("Files, attempts and their relations.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-direction"));

    public static void Ingest(RouteDescription route) => route
        .Is("ingestFiles", Part, "Registers files of the DPU's host in the catalog", "What is known already stays as it is.")
        .Needs(Right.Operate)
        .Takes<IngestRequest>("Absolute paths of files or folders there.", """{"paths":["/data/raw/night 1"]}""", "paths")
        .Answer<IngestResult>("What became of each.");

    private static void OfFile(RouteDescription route) => route
        .Path("id", "The file's id.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-file");
}
