using Dpu.Hocon;

namespace Dpu.Service.Products;

/// <summary>In which form a file is asked for.</summary>
internal sealed record ProductForm(string Name, string Ending, string ContentType)
{
    private static readonly ProductForm[] Others =
    [
        new("votable", ".vot", "application/x-votable+xml"),
        new("npy", ".npy", "application/octet-stream"),
        new("png", ".png", "image/png"),
    ];

    /// <summary>As it is stored, whatever it is.</summary>
    public static ProductForm Raw { get; } = new("raw", "", "application/octet-stream");

    /// <summary>As it is stored, if that is FITS.</summary>
    public static ProductForm Fits { get; } = new("fits", ".fits", "application/fits");

    private static IEnumerable<ProductForm> All => [Raw, Fits, .. Others];

    /// <summary>Reads <c>?format=</c>; nothing means <see cref="Raw"/>.</summary>
    /// <returns>The form, or what is wrong.</returns>
    public static (ProductForm? Form, string? Flaw) Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return (Raw, null);
        }

        var names = All.Select(form => form.Name).ToList();
        var nearest = NearestName.Find(text, names);
        return All.FirstOrDefault(form => form.Name == text) is { } found
            ? (found, null)
            : (null, $"There is no format '{text}': it is one of {string.Join(", ", names)}.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}");
    }

    /// <summary>The name of a file in this form.</summary>
    public string NameOf(string name) => Path.ChangeExtension(name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name, Ending);

    /// <summary>Whether a file of this name is in this form already.</summary>
    public bool IsThatOf(string name) => this == Raw || name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);
}
