using System.Text.Json;

namespace Dpu.Calibration.Contract;

/// <summary>
/// Collects the products of a task and writes <c>results.json</c>, which appears whole or not at all. Until it stands there the task
/// has no products.
/// </summary>
internal sealed class ResultsWriter
{
    public const string FileName = "results.json";
    private readonly List<Product> _products = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _stems = new(StringComparer.Ordinal);
    private readonly Metadata _ofAll = [];
    private readonly string _workDirectory;
    private readonly string _suffix;

    private sealed record Product(string Name, string Path, string Type, Metadata Metadata, IReadOnlyList<string> DerivedFrom);

    public ResultsWriter(string workDirectory, string attempt)
    {
        _workDirectory = workDirectory;
        _suffix = attempt.Replace('/', '_');
    }

    /// <summary>
    /// A path in the work directory whose name ends with the attempt, so that downloads of several attempts never clash:
    /// <c>NewPath("WFI_ccd50_bias", ".fits")</c>. Asked again for the same (two coadds of one night), it numbers them: nothing is written over.
    /// </summary>
    public string NewPath(string stem, string extension)
    {
        var safe = Safe(stem);
        var count = _stems[safe + extension] = _stems.GetValueOrDefault(safe + extension) + 1;
        return Path.Combine(_workDirectory, $"{safe}{(count == 1 ? "" : $"-{count}")}_{_suffix}{extension}");
    }

    /// <summary>A value that all products will have besides their own metadata; pictures are nobody's input, and have it not.</summary>
    public void SayOfAll(string key, MetadataValue value) => _ofAll[key] = value;

    /// <summary>Adds a product that stands in the work directory.</summary>
    /// <param name="name">What it is to the recipe, such as <c>reduced</c>; further ones of that name become <c>reduced-2</c>, since names tell a task's products apart.</param>
    /// <param name="path">Its path.</param>
    /// <param name="type">Its type in the catalog.</param>
    /// <param name="metadata">What later jobs select it by, and its quality figures.</param>
    /// <param name="derivedFrom">Ids of the inputs that it was made of.</param>
    public void Add(string name, string path, string type, Metadata metadata, IEnumerable<string> derivedFrom) =>
        _products.Add(new Product(Unique(name), Path.GetRelativePath(_workDirectory, path), type, Whole(type, metadata), [.. derivedFrom]));

    public void Add(string name, string path, string type, Metadata metadata, IEnumerable<TaskInput> derivedFrom) =>
        Add(name, path, type, metadata, derivedFrom.Select(i => i.Id));

    private Metadata Whole(string type, Metadata metadata)
    {
        var whole = metadata.Clone();
        foreach (var (key, value) in _ofAll.Where(_ => type != "quicklook")) { whole[key] = value; }
        return whole;
    }

    public void Save()
    {
        var path = Path.Combine(_workDirectory, FileName);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Write(file);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private string Unique(string name)
    {
        var count = _counts[name] = _counts.GetValueOrDefault(name) + 1;
        return count == 1 ? name : $"{name}-{count}";
    }

    private void Write(Stream file)
    {
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("outputs");
        foreach (var product in _products)
        {
            json.WriteStartObject();
            json.WriteString("name", product.Name);
            json.WriteString("path", product.Path);
            json.WriteString("type", product.Type);
            json.WritePropertyName("metadata");
            product.Metadata.WriteTo(json);
            json.WriteStartArray("derivedFrom");
            foreach (var id in product.DerivedFrom)
            {
                json.WriteStringValue(id);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Filter and object names come from headers: '#842', 'CDF4 B 1', 'a/b'.
    private static string Safe(string stem) => string.Create(stem.Length, stem, static (chars, text) =>
    {
        for (var i = 0; i < chars.Length; i++)
        {
            chars[i] = char.IsAsciiLetterOrDigit(text[i]) || text[i] is '-' or '_' or '.' or '+' ? text[i] : '-';
        }
    });
}
