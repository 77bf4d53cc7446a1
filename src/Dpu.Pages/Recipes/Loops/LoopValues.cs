using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Recipes.Loops;

/// <summary>The values of a loop: as they were written, or taken from files of the catalog.</summary>
internal static class LoopValues
{
    /// <summary>So many jobs at once can still be looked through before they are confirmed.</summary>
    public const int Max = 500;

    /// <summary>Of more files nobody wants one job each, and their values are looked for no further.</summary>
    private const int FilesMax = 20_000;

    private const int FilesOfAPage = 2_000;

    /// <summary>Each once, in their order.</summary>
    /// <exception cref="FormatException">There are none, or too many, or it is not said which; the message says what to do.</exception>
    /// <exception cref="ApiRefusedException">The API says no to the query.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(Visit visit, OptionField option, Filled filled)
    {
        var (written, query) = (filled[FieldNames.LoopValues] ?? "", filled[FieldNames.LoopQuery]?.Trim() ?? "");
        var values = (written.Length, query.Length) switch
        {
            (0, 0) => throw new FormatException($"It is not said for which values of '{option.Option.LongName}' there should be a job: write them, one a line, or write which files they are taken from."),
            ( > 0, > 0) => throw new FormatException("The values are written, and there is a query for files as well: use one of the two, and empty the other."),
            ( > 0, _) => Written(written),
            _ => await OfFilesAsync(visit, option, query, filled[FieldNames.LoopKey]?.Trim() ?? ""),
        };
        return values.Count <= Max
            ? values
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"These are {values.Count:N0} values; {Max} jobs at once are the most. Submit them in parts, or with 'dpu run --each FILE'."));
    }

    /// <summary>As the confirmation carries them: whatever they hold.</summary>
    public static string TextOf(IEnumerable<string> values) => OptionText.Of(JsonSerializer.SerializeToElement<IReadOnlyList<string>>([.. values], ApiJson.Default.IReadOnlyListString));

    private static List<string> Written(string text) =>
        [.. OptionText.Read("list", text).EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText()).Distinct(StringComparer.Ordinal)];

    private static async Task<List<string>> OfFilesAsync(Visit visit, OptionField option, string query, string key)
    {
        var take = key.Length > 0 ? key : option.Option.Type == "list" ? "id" : option.Option.LongName;
        var (values, seen, without, files) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), 0, 0);
        var address = new Query("/files").With("q", query).With("limit", FilesOfAPage).ToString();
        while (address is not null)
        {
            var page = await visit.Api.TryGetAsync(address, ApiJson.Default.IReadOnlyListFileRecord);
            foreach (var file in page.Require())
            {
                if (Of(file, take) is not { Length: > 0 } value)
                {
                    without++;
                }
                else if (seen.Add(value))
                {
                    values.Add(value);
                }
            }

            files += page.Value!.Count;
            address = values.Count > Max || files >= FilesMax ? null : page.Next;
        }

        return (files, values.Count) switch
        {
            (0, _) => throw new FormatException($"No file is like '{query}'. The page of the files shows what there is."),
            (_, 0) => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"None of the {files:N0} files has a '{take}' (id, name, path, type, or a key of their metadata).")),
            ( >= FilesMax, _) => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"More than {FilesMax:N0} files are like '{query}': say more of them.")),
            _ => values,
        };
    }

    private static string? Of(FileRecord file, string key) => key switch
    {
        "id" => file.Id,
        "name" => file.Name,
        "path" => file.Path,
        "type" => file.Type,
        _ => file.Metadata.TryGetValue(key, out var value) ? value.Text : null,
    };
}
