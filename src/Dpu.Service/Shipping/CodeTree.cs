namespace Dpu.Service.Shipping;

/// <summary>A tree of code that is unpacked on this node.</summary>
/// <param name="Folder">Absolute; nothing in it can be written.</param>
internal sealed record CodeTree(string Folder)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Where the program of a recipe would be in a tree: one with a folder in its name is named from the tree on, any other is in <c>bin</c>.</summary>
    public static IEnumerable<string> ProgramNames(string program) => program.StartsWith('/') ? [] : program.Contains('/', StringComparison.Ordinal) ? [program] : [$"bin/{program}"];

    /// <summary>The full path of a program of a recipe; null when the tree does not have it.</summary>
    public string? Find(string program) => ProgramNames(program)
        .Select(name => Path.GetFullPath(Path.Combine(Folder, name)))
        .FirstOrDefault(path => path.StartsWith(Folder + "/", StringComparison.Ordinal) && File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0);
}
