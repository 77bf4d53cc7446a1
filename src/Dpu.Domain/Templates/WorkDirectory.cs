using Dpu.Domain.Execution;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Templates;

/// <summary>Which name in a work directory belongs to what: no two things may have the same.</summary>
internal sealed class WorkDirectory
{
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal)
    {
        [TaskDirections.FileName] = "the task's directions",
        [ResultsFile.Name] = "the list of its results",
        [CommandScript.FileName] = "the script that runs its commands",
    };

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    /// <param name="path">Relative to the work directory.</param>
    /// <param name="owner">What it is, for people.</param>
    /// <exception cref="TemplateException">Something else has the name already.</exception>
    public void Claim(string path, string owner)
    {
        if (_owners.TryGetValue(path, out var other) || _folders.TryGetValue(path, out other))
        {
            throw new TemplateException($"{other} and {owner} would both be '{path}' in the work directory");
        }

        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (_owners.TryGetValue(folder, out other))
            {
                throw new TemplateException($"{other} is '{folder}' in the work directory, which {owner} needs as a folder");
            }

            _folders.TryAdd(folder, owner);
        }

        _owners.Add(path, owner);
    }
}
