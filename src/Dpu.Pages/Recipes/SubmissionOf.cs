using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;

namespace Dpu.Pages.Recipes;

/// <summary>A filled-in form as the API takes it. Only what differs from the defaults is sent: what a recipe's defaults become later holds for a job that runs again later.</summary>
internal static class SubmissionOf
{
    private const string ParametersOption = "pars";

    /// <summary>The submission, or what in the form cannot be one; everything else the API says.</summary>
    public static (JobSubmission? Submission, IReadOnlyList<ProblemItem> Problems) Form(string sequence, IReadOnlyList<OptionField> fields, Filled filled)
    {
        var problems = new List<ProblemItem>();
        var options = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (ValueOf(field, filled, problems) is { } value)
            {
                options.Add(field.Option.LongName, value);
            }
        }

        var submission = new JobSubmission(
            sequence,
            [],
            options,
            EstimatedSeconds: Minutes(filled, problems),
            MemoryBytes: Memory(filled, problems),
            Version: Said(filled, FieldNames.Version),
            Priority: Whole(filled, FieldNames.Priority, "The priority", problems) ?? 0,
            Tags: OptionText.LinesOf(filled[FieldNames.Tags] ?? "") is { Count: > 0 } tags ? tags : null)
        {
            After = After(filled, problems),
            Code = Said(filled, FieldNames.Code) is { } sha256 ? new CodeReference(sha256) : null,
            Settings = string.IsNullOrWhiteSpace(filled[FieldNames.Settings]) ? null : new SubmittedSettings(Configuration: filled[FieldNames.Settings]),
            Notify = Said(filled, FieldNames.Notify) switch
            {
                null => null,
                FieldNames.NotifyNone => [],
                var ways => ways.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            },
            Project = Said(filled, FieldNames.Project),
            Privileges = Said(filled, FieldNames.Privileges),
        };
        return problems.Count == 0 ? (submission, []) : (null, problems);
    }

    /// <summary>What is sent for an option; null to leave it to its default.</summary>
    private static JsonElement? ValueOf(OptionField field, Filled filled, List<ProblemItem> problems)
    {
        try
        {
            var text = filled[field.Name];
            var isTouched = text is not null && text != field.DefaultText;
            var parameters = field.Option.LongName == ParametersOption ? Parameters(filled) : [];
            return parameters.Count > 0 ? OptionText.Entries(Joined(OptionText.EntriesOf(text ?? field.DefaultText), parameters))
                : isTouched && !(field.Option.Required && text!.Length == 0) ? OptionText.Read(field.Option.Type, text!)
                : null;
        }
        catch (FormatException error)
        {
            problems.Add(new ProblemItem("bad-option", $"{field.Option.LongName}: {error.Message}", field.Option.LongName));
            return null;
        }
    }

    /// <summary>Process parameters that were given one by one.</summary>
    private static IReadOnlyList<KeyValuePair<string, JsonElement>> Parameters(Filled filled) =>
    [
        .. filled.Values
            .Where(pair => pair.Key.StartsWith(FieldNames.Parameter, StringComparison.Ordinal) && pair.Value.Length > 0)
            .Select(pair => KeyValuePair.Create(pair.Key[FieldNames.Parameter.Length..], OptionText.Text(pair.Value))),
    ];

    private static IEnumerable<KeyValuePair<string, JsonElement>> Joined(IReadOnlyList<KeyValuePair<string, JsonElement>> typed, IReadOnlyList<KeyValuePair<string, JsonElement>> parameters) =>
        typed.FirstOrDefault(entry => parameters.Any(parameter => parameter.Key == entry.Key)).Key is { } twice
            ? throw new FormatException($"'{twice}' is given among the process parameters and here: give it once.")
            : typed.Concat(parameters);

    private static string? Said(Filled filled, string name) => filled[name]?.Trim() is { Length: > 0 } text ? text : null;

    private static int? Whole(Filled filled, string name, string what, List<ProblemItem> problems)
    {
        if (Said(filled, name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        problems.Add(new ProblemItem("bad-number", $"{what} is a whole number, not '{text}'.", name));
        return null;
    }

    private static double? Minutes(Filled filled, List<ProblemItem> problems)
    {
        const double SecondsOfAMinute = 60;
        if (Number(filled, FieldNames.Time, "The expected time", problems) is not { } minutes)
        {
            return null;
        }

        return minutes * SecondsOfAMinute;
    }

    private static long? Memory(Filled filled, List<ProblemItem> problems)
    {
        const int Mebibyte = 20;
        const int Gibibyte = 30;
        var shift = filled[FieldNames.MemoryUnit] == "MiB" ? Mebibyte : Gibibyte;
        return Number(filled, FieldNames.Memory, "The memory", problems) is { } number ? (long)Math.Min(long.MaxValue / 2, number * (1L << shift)) : null;
    }

    private static double? Number(Filled filled, string name, string what, List<ProblemItem> problems)
    {
        if (Said(filled, name) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        problems.Add(new ProblemItem("bad-number", $"{what} is a number above 0, such as 1.5, not '{text}'.", name));
        return null;
    }

    private static IReadOnlyList<int>? After(Filled filled, List<ProblemItem> problems)
    {
        var words = (filled[FieldNames.After] ?? "").Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(words, word => !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _)) is { } wrong)
        {
            problems.Add(new ProblemItem("unknown-job", $"'{wrong}' is no number of a job: write numbers with blanks between.", FieldNames.After));
            return null;
        }

        return words.Length == 0 ? null : [.. words.Select(word => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture))];
    }
}
