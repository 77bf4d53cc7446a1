using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>
/// Puts inputs into a work directory: as links, so that nothing is copied and removing or replacing one never touches the file itself; archives are
/// unpacked.
/// </summary>
/// <param name="folder">The work directory.</param>
/// <param name="limits">What bounds each archive.</param>
internal sealed class StagedInputs(string folder, UnpackLimits limits)
{
    /// <summary>Beside the work directory stands what was unpacked there: none of it was made by the recipe. Names are separated by NULs.</summary>
    private string UnpackedList => folder + ".unpacked";

    /// <exception cref="TaskFilesException">An input is not there, or an archive is refused.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Put(ImmutableArray<StagedFile> staged, FilesProgress progress)
    {
        foreach (var file in staged)
        {
            if (!File.Exists(file.Source))
            {
                throw new TaskFilesException(FailureCause.Data, $"the input {file.Id} is not there: {file.Source}");
            }

            if (!file.Unpack)
            {
                Link(file.Source, Path.Combine(folder, file.Target));
            }
        }

        var archives = staged.Where(file => file.Unpack).ToImmutableArray();
        if (archives.IsEmpty)
        {
            // Links take no time: what was counted before stands.
            return;
        }

        progress.Begin(archives.Length, null);
        var unpacked = archives.SelectMany(file => Unpack(file, progress)).ToImmutableArray();
        if (!unpacked.IsEmpty)
        {
            File.WriteAllText(UnpackedList, string.Join('\0', unpacked));
        }
    }

    /// <summary>What archives brought, relative to the work directory.</summary>
    public ImmutableArray<string> Unpacked() => File.Exists(UnpackedList) ? [.. File.ReadAllText(UnpackedList).Split('\0')] : [];

    private string[] Unpack(StagedFile file, FilesProgress progress)
    {
        string[] names = [.. new UnpackedArchive(file.Id, Path.Combine(folder, file.Target), limits).Unpack(file.Source).Select(name => Path.Combine(file.Target, name))];
        progress.Next().Done(0);
        return names;
    }

    private static void Link(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        try
        {
            File.CreateSymbolicLink(target, source);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !Path.Exists(target))
        {
            // Some file systems know no links.
            File.Copy(source, target);
        }
    }
}
