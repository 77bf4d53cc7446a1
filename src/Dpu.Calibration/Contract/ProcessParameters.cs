using System.Globalization;

namespace Dpu.Calibration.Contract;

/// <summary>
/// The process parameters of one run: the recipe's defaults, overridden by the <c>pars</c> map. In a chain every recipe is given the
/// whole map, so that a key of another recipe is passed over; a key of none is an error.
/// </summary>
internal sealed class ProcessParameters
{
    private readonly Dictionary<string, string> _values;

    private ProcessParameters(Dictionary<string, string> values) => _values = values;

    /// <param name="declared">What the running recipe takes.</param>
    /// <param name="given">The <c>pars</c> map.</param>
    /// <param name="all">The keys of every recipe, asked for only when a key is not among the declared ones.</param>
    public static ProcessParameters Of(IReadOnlyList<ProcessParameter> declared, IReadOnlyDictionary<string, string> given, Func<IReadOnlyList<string>> all)
    {
        var values = declared.ToDictionary(p => p.Key, p => p.Default, StringComparer.Ordinal);
        foreach (var (key, value) in given)
        {
            if (values.ContainsKey(key))
            {
                values[key] = value;
            }
            else
            {
                CheckKnown(key, all());
            }
        }
        return new ProcessParameters(values);
    }

    public string Text(string key) => _values.TryGetValue(key, out var value) ? value : throw new InvalidOperationException($"The recipe does not declare {key}.");

    public double Number(string key) =>
        double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : throw Wrong(key, "a number");

    public double Positive(string key) => Number(key) is var number and > 0 ? number : throw Wrong(key, "a number above 0");

    public int Integer(string key) =>
        int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(key, "an integer");

    public bool Flag(string key) => Text(key).ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" or "T" => true,
        "0" or "FALSE" or "NO" or "F" => false,
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>One of the named choices, whatever its case.</summary>
    public string Choice(string key, params ReadOnlySpan<string> choices)
    {
        foreach (var choice in choices)
        {
            if (choice.Equals(Text(key), StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }
        throw Wrong(key, "one of " + string.Join(", ", choices.ToArray()));
    }

    private RecipeException Wrong(string key, string wanted) => RecipeException.Wrong($"pars: {key} is '{Text(key)}'; {wanted} is needed.");

    private static void CheckKnown(string key, IReadOnlyList<string> all)
    {
        if (!all.Contains(key))
        {
            var nearest = Nearest.To(key, all);
            throw RecipeException.Wrong($"pars: there is no process parameter {key}" + (nearest is null ? "." : $"; did you mean {nearest}?"));
        }
    }
}
