using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Templates;

/// <summary>A file that is put into the work directory.</summary>
/// <param name="Id">The file's id in the catalog.</param>
/// <param name="Source">Where it is; absolute.</param>
/// <param name="Target">Where it is put, relative to the work directory; for an archive, the folder that it is unpacked in (empty for the work directory itself).</param>
/// <param name="Unpack">Whether it is an archive that is unpacked there.</param>
public sealed record StagedFile(string Id, string Source, string Target, bool Unpack);

/// <summary>Finds out where each input of a task goes.</summary>
internal sealed class Staging(TaskStart start, TaskWork.Directed work, TaskPlace place, WorkDirectory names)
{
    /// <summary>A folder that is the work directory itself.</summary>
    public const string Here = ".";

    private readonly TaskValues _values = new(start, work, place.Node, ImmutableSortedDictionary.Create<string, ImmutableArray<PlacedFile>>(StringComparer.Ordinal));
    private readonly Dictionary<string, StagedFile> _staged = new(StringComparer.Ordinal);
    private readonly ImmutableArray<StagedFile>.Builder _inOrder = ImmutableArray.CreateBuilder<StagedFile>();

    public ImmutableArray<StagedFile> Staged => _inOrder.ToImmutable();

    /// <exception cref="TemplateException">A template cannot be filled in, or two files would have the same name.</exception>
    public ImmutableSortedDictionary<string, ImmutableArray<PlacedFile>> Inputs()
    {
        var rules = work.InputRules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        return work.Inputs.ToImmutableSortedDictionary(
            input => input.Key,
            input => input.Value.Select(file => Placed(rules.GetValueOrDefault(input.Key), file)).ToImmutableArray(),
            StringComparer.Ordinal);
    }

    private PlacedFile Placed(InputRule? rule, InputFile file)
    {
        var source = new PlacedFile(file, place.PathOf(file));
        if (rule?.Folder is null)
        {
            return source;
        }

        var folder = rule.Folder == Here ? "" : Fill(rule.Folder, source);
        var name = rule.Rename is null ? Path.GetFileName(source.Path) : Fill(rule.Rename, source);
        var staged = new StagedFile(file.Id, source.Path, rule.Unpack ? folder : Path.Combine(folder, name), rule.Unpack);
        Add(staged);
        return new PlacedFile(file, Path.Combine(place.WorkDirectory, staged.Target));
    }

    private string Fill(string template, PlacedFile file) => TaskValues.Filling(template, text => FileNameTemplate.Fill(text, _values.For(null, file)));

    /// <summary>A file that two inputs put in the same place is there once.</summary>
    private void Add(StagedFile staged)
    {
        if (staged.Unpack ? _inOrder.Contains(staged) : _staged.GetValueOrDefault(staged.Target) == staged)
        {
            return;
        }

        if (!staged.Unpack)
        {
            names.Claim(staged.Target, $"the input {staged.Id}");
            _staged.Add(staged.Target, staged);
        }

        _inOrder.Add(staged);
    }
}
