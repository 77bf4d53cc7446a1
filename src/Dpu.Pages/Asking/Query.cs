using System.Globalization;
using System.Text;

namespace Dpu.Pages.Asking;

/// <summary>An address with a query, each value escaped; what is null or empty is left out.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _hasQuery;

    public Query With(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _hasQuery = true;
        }

        return this;
    }

    public Query With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
