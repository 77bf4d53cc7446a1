using System.Globalization;
using System.Text;

namespace Dpu.Domain.Templates;

/// <summary>
/// Fills in templates of file and folder names. A value is never more than a part of one name: a slash in it makes no folder, and it can
/// neither lead out of the folder, nor hide the file, nor turn the name into an option, nor act as a wildcard.
/// </summary>
/// <remarks>
/// In values, <c>/ \ * ? %</c> and control characters are written as <c>%</c> and two hexadecimal digits, and so is a dot or a dash with which
/// a name would begin. Everything else stays: <c>8,6</c> is <c>8,6</c>. Two different values never give the same text.
/// </remarks>
internal static class FileNameTemplate
{
    /// <summary>The longest name that Linux's file systems take.</summary>
    private const int NameBytesMax = 255;

    /// <exception cref="TemplateException">What comes out is no relative path of proper names.</exception>
    public static string Fill(string text, Func<string, string> valueOf)
    {
        var path = new StringBuilder();
        foreach (var part in Template.Parse(text).Parts)
        {
            if (part.IsName)
            {
                AppendValue(path, valueOf(part.Text));
            }
            else
            {
                path.Append(part.Text);
            }
        }

        return ProblemOf(path.ToString()) is { } problem
            ? throw new TemplateException($"it gives the file name '{path}', {problem}")
            : path.ToString();
    }

    /// <summary>What is wrong with a relative path, or null.</summary>
    public static string? ProblemOf(string path) => path.Split('/').Select(ProblemOfName).FirstOrDefault(problem => problem is not null);

    private static string? ProblemOfName(string name) => name switch
    {
        "" => "in which a name is empty",
        "." or ".." => $"in which '{name}' is no name of its own",
        ['-', ..] => "in which a name begins with a dash: a program would take it for an option",
        _ when Encoding.UTF8.GetByteCount(name) > NameBytesMax => $"in which a name is longer than {NameBytesMax} bytes",
        _ => null,
    };

    private static void AppendValue(StringBuilder path, string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            var begins = path.Length == 0 || path[^1] == '/';
            if (Rune.IsControl(rune) || rune.Value is '/' or '\\' or '*' or '?' or '%' || (begins && rune.Value is ('-' or '.')))
            {
                AppendEncoded(path, rune);
            }
            else
            {
                path.Append(rune.ToString());
            }
        }
    }

    private static void AppendEncoded(StringBuilder path, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
        {
            path.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }
    }
}
