using System.Globalization;
using Dpu.Domain.Catalog;
using Dpu.Fits;
using Dpu.Fits.Conversion;
using Dpu.Service.Nodes;
using Dpu.Service.Products;
using Dpu.Service.Staging;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dpu.Service.Http;

/// <summary>
/// The bytes of a file of the catalog, as they are or in another form. Ranges, <c>If-Range</c> and <c>If-None-Match</c> work for both: a stored file is known by its checksum, a converted
/// one by that of what it was made from. <c>Repr-Digest</c> tells the checksum of the whole of what is sent (RFC 9530).
/// </summary>
internal sealed class ProductAnswers(ProductConverter converter, string store)
{
    // A part of the entity tag: to be raised when a conversion comes to give other bytes.
    private const int ConversionsVersion = 1;

    /// <param name="context">The request; <c>?format=</c> tells the form.</param>
    /// <param name="file">What is asked for, by somebody who may see it.</param>
    /// <param name="findAsync">Looks up a file by its path, for the same caller.</param>
    public async Task<IResult> AnswerAsync(HttpContext context, CatalogFile file, Func<string, Task<CatalogFile?>> findAsync)
    {
        var (form, flaw) = ProductForm.Parse(context.Request.Query["format"].ToString());
        if (form is null)
        {
            return Refused("bad-format", flaw!);
        }

        // Nobody is to take a product for a page.
        context.Response.Headers.XContentTypeOptions = "nosniff";

        // Bytes never change under their tag, but who may see them does.
        context.Response.Headers.CacheControl = "private, no-cache";
        if (form.IsThatOf(file.Name) || (form == ProductForm.Fits && IsFits(PathOf(file))))
        {
            return Stored(context, file, form);
        }

        if (form == ProductForm.Fits)
        {
            return Refused("not-fits", $"{file.Name} is no FITS file.");
        }

        // What a recipe wrote beside its product was made with more knowledge of it than a conversion has.
        return await findAsync(form.NameOf(file.Path)) is { } companion && companion.MadeBy == file.MadeBy && companion.MadeBy is not null
            ? Stored(context, companion, form)
            : await ConvertedAsync(context, file, form);
    }

    private IResult Stored(HttpContext context, CatalogFile file, ProductForm form)
    {
        if (Missing(file) is { } missing)
        {
            return missing;
        }

        context.Response.Headers[StagingHeaders.Digest] = StagingHeaders.DigestOf(file.Sha256);
        return Results.File(PathOf(file), form.ContentType, file.Name, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""));
    }

    private async Task<IResult> ConvertedAsync(HttpContext context, CatalogFile file, ProductForm form)
    {
        if (Missing(file) is { } missing)
        {
            return missing;
        }

        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{file.Sha256}-{form.Name}-{ConversionsVersion}\""));
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            context.Response.Headers.ETag = tag.ToString();
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        try
        {
            var converted = await converter.ConvertAsync(PathOf(file), form, context.RequestAborted);
            context.Response.Headers[StagingHeaders.Digest] = StagingHeaders.DigestOf(converted.Sha256);
            return Results.Stream(converted.Content, form.ContentType, form.NameOf(file.Name), entityTag: tag, enableRangeProcessing: true);
        }
        catch (Exception e) when (e is FitsException or ConversionException)
        {
            return Refused("not-convertible", $"{file.Name} cannot be had as {form.Name}: {e.Message.Replace(PathOf(file), file.Name, StringComparison.Ordinal)}");
        }
        catch (TimeoutException)
        {
            return ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "too-slow", $"{file.Name} was not converted in time: dpu.products says how long that may take. Ask again, or take the file as it is.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ProblemResult.Because(StatusCodes.Status507InsufficientStorage, "no-room", $"{file.Name} cannot be converted: {e.Message}");
        }
    }

    /// <summary>Why a registered file cannot be sent; null when it can.</summary>
    private ProblemResult? Missing(CatalogFile file)
    {
        var found = new FileInfo(PathOf(file));
        return !found.Exists ? ProblemResult.Because(StatusCodes.Status404NotFound, "file-gone", $"{file.Name} is registered, but {PathOf(file)} is not there any more.")
            : RegularFile.LengthOf(found) != file.SizeBytes ? ProblemResult.Because(
                StatusCodes.Status409Conflict,
                "file-changed",
                string.Create(CultureInfo.InvariantCulture, $"{PathOf(file)} has changed: it had {file.SizeBytes} bytes when it was registered."))
            : null;
    }

    private string PathOf(CatalogFile file) => Path.Combine(store, file.Path);

    private static bool IsFits(string path)
    {
        try
        {
            FitsReader.ReadPrimaryHeader(path);
            return true;
        }
        catch (Exception e) when (e is FitsException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ProblemResult Refused(string code, string detail) => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, code, detail);
}
