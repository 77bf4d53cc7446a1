using System.Collections.Immutable;
using System.Security.Cryptography;
using Dpu.Actors.Catalog;
using Dpu.Client.Contracts;
using Dpu.Domain.Catalog;
using Dpu.Domain.Ingest;
using Dpu.Fits;
using Dpu.Kernel;
using Dpu.Service.Http;
using Dpu.Service.Nodes;

namespace Dpu.Service.Ingest;

/// <summary>Registers raw frames: reads their headers, checks that they are whole, and asks the catalog's actor to remember them.</summary>
internal sealed class FrameIngest(IngestRules rules, IActorRef<CatalogMessage> catalog, ActorSystem system, TimeSpan answerTimeout)
{
    private const int IdHexDigits = 20;

    /// <summary>Every file is taken by itself: what is wrong with one does not keep the others out.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="belongs">Whose they will be, and who will see them; one that is known stays whose it was.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IngestResult> IngestAsync(IReadOnlyList<string> paths, FileScope belongs, CancellationToken cancellationToken)
    {
        var readings = await Task.Run(() => ReadAll(paths, cancellationToken), cancellationToken);
        var files = readings.Select(reading => reading.File).OfType<CatalogFile>().DistinctBy(file => file.Id)
            .Select(file => file with { Owner = belongs.User, Context = belongs.Context }).ToImmutableArray();
        var fresh = await RegisterAsync(files, cancellationToken);
        var registered = files.Where(file => fresh.Contains(file.Id)).ToImmutableArray();
        var registeredPaths = registered.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return new IngestResult(
            [.. registered.Select(file => new RegisteredFile(file.Path, file.Id, file.Type, ApiMapping.Metadata(file.Metadata)))],
            [.. readings.Where(r => r.File is { } file && !registeredPaths.Contains(file.Path)).Select(r => new KnownFile(r.Path, r.File!.Id))],
            [.. readings.Where(r => r.Problem is not null).Select(r => new RefusedFile(r.Path, r.Problem!))]);
    }

    private async Task<ImmutableHashSet<string>> RegisterAsync(ImmutableArray<CatalogFile> files, CancellationToken cancellationToken)
    {
        if (files.IsEmpty)
        {
            return [];
        }

        var registered = await catalog.AskAsync<CatalogMessage, FilesRegistered>(
            system, replyTo => new CatalogMessage.Register(files, replyTo), answerTimeout, cancellationToken);
        return registered.NewIds;
    }

    private List<Reading> ReadAll(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var found = paths.SelectMany(FrameFinder.Find).DistinctBy(frame => frame.Path, StringComparer.Ordinal).ToList();
        return [.. found.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(Read)];
    }

    private Reading Read(FoundFrame frame)
    {
        var path = frame.Path;
        if (frame.Problem is { } problem)
        {
            return new Reading(path, null, problem);
        }

        try
        {
            if (WhyMissing(path) is { } missing)
            {
                return new Reading(path, null, missing);
            }

            // Held open while its header is read by name: what is no regular file must not be waited for.
            using var stream = RegularFile.Open(path, "it", followLinks: true);
            var headers = FitsReader.ReadHeaders(path);
            return rules.Classify(card => Lookup(headers, card)) switch
            {
                Classification.Classified known => new Reading(path, Describe(path, stream, known), null),
                Classification.Refused no => new Reading(path, null, no.Reason),
                _ => throw new InvalidOperationException("A frame is classified or refused."),
            };
        }
        catch (Exception error) when (error is FitsException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Reading(path, null, WithoutPath(error.Message, path));
        }
    }

    private static string? WhyMissing(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? "there is no such file"
            : file.LinkTarget is { } target && file.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } ? $"it is a link to {target}, which is not there"
            : null;
    }

    /// <summary>The refusal names the path itself.</summary>
    private static string WithoutPath(string message, string path) =>
        message.StartsWith(path, StringComparison.Ordinal) ? message[path.Length..].TrimStart(':', ',', ' ') : message;

    private CatalogFile Describe(string path, FileStream stream, Classification.Classified known)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
        return new CatalogFile(
            $"raw-{sha256[..IdHexDigits]}",
            Path.GetFileName(path),
            Path.GetFullPath(path),
            stream.Length,
            sha256,
            known.Type,
            known.Metadata,
            MadeBy: null,
            Committed: true,
            system.Time.GetUtcNow());
    }

    private static MetadataValue? Lookup(IReadOnlyList<FitsHeader> headers, string card)
    {
        foreach (var header in headers)
        {
            if (header.TryGet(card, out var value))
            {
                return ApiMapping.ToMetadata(value);
            }
        }

        return null;
    }

    private sealed record Reading(string Path, CatalogFile? File, string? Problem);
}
