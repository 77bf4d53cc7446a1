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

    public static void Show(RouteDescription route) => OfFile(route
        .Is("getFile", Part, "A file of the catalog")
        .Answer<FileRecord>("The file."));

    public static void Content(RouteDescription route) => OfFile(route
        .Is(
            "getFileContent",
            Part,
            "A file's bytes, as they are or in another form",
            "Ranges can be asked for (`Range: bytes=0-99`, with `If-Range`). What a recipe wrote beside a product (`.vot`, `.png`) is sent instead of a conversion.")
        .Query("format", Form.OneOf("raw", "fits", "votable", "npy", "png"), "`raw`, which is usual, for what is stored; `fits` for the same if it is FITS; `npy` for the first array or table, `votable` for the first table, `png` for a look at the first image.", "npy")
        .AnswerBytes("The bytes.")
        .AnswerBytes("The bytes.", "application/fits")
        .AnswerBytes("The bytes.", "application/x-votable+xml")
        .AnswerBytes("The bytes.", "image/png")
        .AnswerHeader("ETag", Form.Text(), "Known by it: the checksum of a stored file, or that of what was converted and the form.")
        .AnswerHeader("Repr-Digest", Form.Text(), "The SHA-256 of the whole of it, also where a part is sent (RFC 9530).")
        .AnswerBytes("A part of them.", status: StatusCodes.Status206PartialContent)
        .AnswerNothing(StatusCodes.Status304NotModified, "It is as `If-None-Match` says.")
        .Refuses(StatusCodes.Status404NotFound, "file-gone")
        .Refuses(StatusCodes.Status409Conflict, "file-changed")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-format", "not-fits", "not-convertible")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "too-slow")
        .Refuses(StatusCodes.Status507InsufficientStorage, "no-room"));

    public static void Provenance(RouteDescription route) => OfFile(route
        .Is("getProvenance", Part, "Where a file came from, or what was made of it")
        .Query("direction", Form.OneOf("up", "down"), "`up` for what it came from, which is usual, `down` for what was made of it.")
        .Query("limit", Form.Whole(1), "At most so many relations, the nearest; `more` says that there are others. All of them when nothing is said.", "200")
        .Answer<Provenance>("Files, attempts and their relations.")
        .Refuses(StatusCodes.Status400BadRequest, "bad-limit")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-direction"));

    public static void Ingest(RouteDescription route) => route
        .Is("ingestFiles", Part, "Registers files of the DPU's host in the catalog", "What is known already stays as it is.")
        .Needs(Right.Operate)
        .Takes<IngestRequest>("Absolute paths of files or folders there.", """{"paths":["/data/raw/night 1"]}""", "paths")
        .Answer<IngestResult>("What became of each.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-privileges");

    private static void OfFile(RouteDescription route) => route
        .Path("id", "The file's id.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-file");
}
