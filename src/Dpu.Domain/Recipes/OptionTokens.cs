using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Recipes;

/// <summary>
/// Reads options as they are typed: <c>-i WFI</c>, <c>-i=WFI</c>, <c>--instrument WFI</c>, <c>--instrument=WFI</c>, <c>i=WFI</c>, and
/// flags as <c>-C</c>, <c>-C=1</c> or <c>C=1</c>. Only the first <c>=</c> of a token means anything.
/// </summary>
internal sealed class OptionTokens(OptionNames names, IReadOnlyList<string> tokens)
{
    private readonly ImmutableArray<GivenOption>.Builder _given = ImmutableArray.CreateBuilder<GivenOption>();
    private readonly ImmutableArray<SubmissionError>.Builder _errors = ImmutableArray.CreateBuilder<SubmissionError>();
    private int _next;

    public (ImmutableArray<GivenOption> Given, ImmutableArray<SubmissionError> Errors) Read()
    {
        while (_next < tokens.Count)
        {
            ReadOne(tokens[_next++]);
        }

        return (_given.ToImmutable(), _errors.ToImmutable());
    }

    private void ReadOne(string token)
    {
        var text = WithoutDashes(token);
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split > 0)
        {
            Add(text[..split], new GivenValue.OfText(text[(split + 1)..]));
        }
        else if (text.Length == token.Length || text.Length == 0 || split == 0)
        {
            _errors.Add(names.NotAnOption(token));
        }
        else if (!names.IsKnown(text))
        {
            ReadUnknown(text);
        }
        else if (names.IsFlag(text))
        {
            Add(text, FlagValue());
        }
        else
        {
            ReadValue(text);
        }
    }

    /// <summary>What follows an unknown name is most likely its value: one mistake is one error.</summary>
    private void ReadUnknown(string name)
    {
        Add(name, new GivenValue.None());
        if (_next < tokens.Count && !tokens[_next].StartsWith('-') && !tokens[_next].Contains('=', StringComparison.Ordinal))
        {
            _next++;
        }
    }

    /// <summary>A bare truth value can stand for nothing else than the flag before it.</summary>
    private GivenValue FlagValue() =>
        _next < tokens.Count && OptionValueReader.FromText(OptionType.Flag, tokens[_next]) is not null
            ? new GivenValue.OfText(tokens[_next++])
            : new GivenValue.None();

    private void ReadValue(string name)
    {
        if (_next >= tokens.Count || LooksLikeOption(name, tokens[_next]))
        {
            _errors.Add(names.ValueMissing(name));
        }
        else
        {
            Add(name, new GivenValue.OfText(tokens[_next++]));
        }
    }

    /// <summary>A value may begin with a dash: it is an option only when some recipe knows it, and <c>-5</c> never where a number is due.</summary>
    private bool LooksLikeOption(string name, string token)
    {
        var text = WithoutDashes(token);
        var known = text.Length < token.Length && names.IsKnown(text.Split('=')[0]);
        return known && !(names.IsNumber(name) && double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }

    private void Add(string name, GivenValue value) => _given.Add(new GivenOption(name, value));

    private static string WithoutDashes(string token) =>
        token.StartsWith("--", StringComparison.Ordinal) ? token[2..] : token.StartsWith('-') ? token[1..] : token;
}
