using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Rows as a plug-in query prints them: JSON Lines, <c>{"file": "/raw/a.fits", "type": "raw", "visit": 903344, "patch": "8,6"}</c>.</summary>
/// <param name="Rows">In the order of the lines.</param>
public sealed record PrintedRows(ImmutableArray<PrintedRow> Rows)
{
    private const int ErrorsToldMax = 8;

    // Beyond it two different whole numbers can be the same double.
    private const double WholeNumberMax = 9007199254740992;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads every line; what is wrong with one is told with its number.</summary>
    /// <param name="pipeline">Whose query it was.</param>
    /// <param name="output">All that it printed.</param>
    public static Checked<PrintedRows> Parse(string pipeline, string output)
    {
        var rows = ImmutableArray.CreateBuilder<PrintedRow>();
        var errors = ImmutableArray.CreateBuilder<SubmissionError>();
        var number = 0;
        // At newlines only: every other character that some take for the end of a line may stand in a value as it is.
        foreach (var range in output.AsSpan().Split('\n'))
        {
            number++;
            var line = output.AsSpan(range);
            if (line.IsWhiteSpace() || errors.Count >= ErrorsToldMax)
            {
                continue;
            }

            try
            {
                rows.Add(ReadRow(line.ToString(), number));
            }
            catch (Exception error) when (error is JsonException or RowException)
            {
                errors.Add(Wrong(pipeline, number, error is JsonException ? "it is no JSON object" : error.Message));
            }
        }

        return errors.Count == 0 ? new Checked<PrintedRows>.Accepted(new PrintedRows(rows.ToImmutable())) : new Checked<PrintedRows>.Refused(errors.ToImmutable());
    }

    /// <summary>An error about one line.</summary>
    public static SubmissionError Wrong(string pipeline, int line, string problem) =>
        new(SubmissionErrors.QueryFailed, string.Create(CultureInfo.InvariantCulture, $"Line {line} of what the query of {pipeline} printed cannot be used: {problem}."));

    private static PrintedRow ReadRow(string line, int number)
    {
        using var document = JsonDocument.Parse(line, Strict);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new RowException("it is no JSON object");
        }

        var values = ImmutableSortedDictionary.CreateBuilder<string, MetadataValue>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            var key = OptionValueReader.NameOf(property) ?? throw new RowException("a key holds half a character");
            values[key] = Value(key, property.Value);
        }

        var row = new PrintedRow(number, FileOf(values), TextOf(values, "type"), values.ToImmutable().RemoveRange(["file", "id", "type"]));
        return row.Values.ContainsKey("") ? throw new RowException("a key is empty") : row;
    }

    private static PrintedFile FileOf(ImmutableSortedDictionary<string, MetadataValue>.Builder values) => (TextOf(values, "file"), TextOf(values, "id")) switch
    {
        ({ } path, null) when path.StartsWith('/') => new PrintedFile(path, IsId: false),
        ({ } path, null) => throw new RowException($"'file' is '{path}'; expected an absolute path"),
        (null, { } id) => new PrintedFile(id, IsId: true),
        (null, null) => throw new RowException("it has neither 'file', a path, nor 'id', a file of the catalog"),
        _ => throw new RowException("it has both 'file' and 'id'; expected one of them"),
    };

    private static string? TextOf(ImmutableSortedDictionary<string, MetadataValue>.Builder values, string key) => values.GetValueOrDefault(key) switch
    {
        null => null,
        MetadataValue.OfText { Value.Length: > 0 } text => text.Value,
        _ => throw new RowException($"'{key}' must be a text that is not empty"),
    };

    private static MetadataValue Value(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(key, value),
        JsonValueKind.True => MetadataValue.Of(true),
        JsonValueKind.False => MetadataValue.Of(false),
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => Math.Abs(number) < WholeNumberMax || !double.IsInteger(number)
            ? MetadataValue.Of(number)
            : throw new RowException($"'{key}' is too large a number to be kept exactly: write it as a text"),
        _ => throw new RowException($"'{key}' must be a text, a finite number, true or false"),
    };

    /// <summary>Values become arguments of programs, which end at a NUL.</summary>
    private static MetadataValue Text(string key, JsonElement value)
    {
        var text = OptionValueReader.TextOf(value) ?? throw new RowException($"'{key}' holds half a character");
        return text.Contains('\0', StringComparison.Ordinal) ? throw new RowException($"'{key}' holds a NUL character") : MetadataValue.Of(text);
    }

    /// <summary>Carries a reason out of the reading; never leaves this file.</summary>
    private sealed class RowException(string message) : Exception(message);
}
