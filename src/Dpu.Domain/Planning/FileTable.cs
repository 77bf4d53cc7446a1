using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Planning;

/// <summary>The files of a plan, each once; groups refer to them by index.</summary>
internal sealed class FileTable
{
    private readonly ImmutableArray<InputFile>.Builder _files = ImmutableArray.CreateBuilder<InputFile>();
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    public ImmutableArray<InputFile> Files => _files.ToImmutable();

    public ImmutableArray<int> IndexesOf(IEnumerable<CatalogFile> files) => [.. files.Select(IndexOf)];

    private int IndexOf(CatalogFile file)
    {
        if (!_indexes.TryGetValue(file.Id, out var index))
        {
            index = _files.Count;
            _indexes.Add(file.Id, index);
            _files.Add(new InputFile(file.Id, file.Path, file.Type, file.Metadata));
        }

        return index;
    }
}
