using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>Finds the file that REFCAT means: registered in the DPU's catalog, at a path, or installed on the node under a name.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Registered">The input that it is; null for a file of the node.</param>
internal sealed record ReferenceCatalogFile(string Name, string Path, TaskInput? Registered)
{
    /// <summary>The input with registered reference catalogs.</summary>
    public const string Input = "refcat";

    /// <summary>The option that says where catalogs are installed on the nodes.</summary>
    public const string FolderOption = "catalogs";

    private static readonly string[] s_extensions = [".fits", ".fit", ".fits.gz", ".vot", ".vot.gz", ".votable", ".xml", ".cat", ""];

    public static ReferenceCatalogFile Find(TaskContext context)
    {
        var asked = context.Pars.Text(AstrometricKeys.RefCat);
        var registered = context.Inputs(Input);
        var folder = context.Parameters.GetString(FolderOption);
        if (asked.Length == 0 || asked.Equals(AstrometricKeys.Auto, StringComparison.OrdinalIgnoreCase)) { return Only(registered, folder); }
        if (System.IO.Path.IsPathRooted(asked)) { return AtPath(asked); }
        return registered.FirstOrDefault(input => IsCalled(input, asked)) is { } input
            ? new ReferenceCatalogFile(NameOf(input), input.Path, input)
            : Installed(asked, folder) ?? throw NotInstalled(asked, folder, registered);
    }

    private static ReferenceCatalogFile Only(IReadOnlyList<TaskInput> registered, string folder) => registered switch
    {
        [var only] => new ReferenceCatalogFile(NameOf(only), only.Path, only),
        [] => throw RecipeException.BadFile($"No reference catalog is named and none is registered: set {AstrometricKeys.RefCat} to {WaysToName(folder)}."),
        _ => throw RecipeException.BadFile($"Several reference catalogs are registered ({Names(registered)}): {AstrometricKeys.RefCat} says which one."),
    };

    private static ReferenceCatalogFile AtPath(string path) => File.Exists(path)
        ? new ReferenceCatalogFile(System.IO.Path.GetFileName(path), path, null)
        : throw RecipeException.BadFile($"The reference catalog {path} is not there ({AstrometricKeys.RefCat}). Nodes look for it on their own disks: one that is registered by 'dpu ingest' comes to every node by itself.");

    /// <summary>A name stays inside the folder: it is compared with the names of its files, never joined to a path.</summary>
    private static ReferenceCatalogFile? Installed(string asked, string folder)
    {
        if (folder.Length == 0 || !Directory.Exists(folder)) { return null; }
        var files = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).ToArray();
        var found = s_extensions.Select(extension => Array.Find(files, file => System.IO.Path.GetFileName(file).Equals(asked + extension, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(file => file is not null);
        return found is null ? null : new ReferenceCatalogFile(asked, found, null);
    }

    private static RecipeException NotInstalled(string asked, string folder, IReadOnlyList<TaskInput> registered)
    {
        var known = (Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)) : [])
            .Concat(registered.Select(NameOf)).Order(StringComparer.OrdinalIgnoreCase).ToArray();
        var nearest = Nearest.To(asked, known);
        var there = known.Length == 0 ? "no catalog is" : $"there is {string.Join(", ", known.Take(20))}";
        return RecipeException.BadFile(
            $"The reference catalog '{asked}' is not installed on this node: {there}{(nearest is null ? "" : $"; did you mean '{nearest}'?")}. Put its stars around the field as a FITS table or VOTable "
            + $"with columns of right ascension, declination and magnitude to {(folder.Length == 0 ? "the folder that the option 'catalogs' names" : folder)}, as {asked}.fits or {asked}.vot; or register a FITS table of it whose header has "
            + $"REFCAT = '{asked}' by 'dpu ingest'; or set {AstrometricKeys.RefCat} to a file's absolute path.");
    }

    private static string WaysToName(string folder) =>
        $"the absolute path of a FITS table or VOTable, to the name of one in {(folder.Length == 0 ? "the folder of the option 'catalogs'" : folder)} on the nodes, or of one that was registered by 'dpu ingest'";

    private static bool IsCalled(TaskInput input, string asked) =>
        NameOf(input).Equals(asked, StringComparison.OrdinalIgnoreCase) || input.FileName.Equals(asked, StringComparison.OrdinalIgnoreCase) || input.Id == asked;

    private static string NameOf(TaskInput input) => input.Metadata.GetString("catalog", input.FileName);

    private static string Names(IEnumerable<TaskInput> inputs) => string.Join(", ", inputs.Select(NameOf));
}
