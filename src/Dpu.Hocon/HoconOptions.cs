namespace Dpu.Hocon;

/// <summary>What a document may use and how large it may grow. Immutable.</summary>
public sealed record HoconOptions
{
    /// <summary>No environment, no includes from text, the usual limits.</summary>
    public static HoconOptions Default { get; } = new();

    /// <summary>
    /// Value of an environment variable, or null when it is not set. Asked only for substitutions that no source defines.
    /// Passed in, so that the same files always mean the same in a test; null means that there is no environment.
    /// </summary>
    public Func<string, string?>? Environment { get; init; }

    /// <summary>Directory that includes of a source without a file (text, an assignment) are relative to; null refuses them.</summary>
    public string? IncludeDirectory { get; init; }

    /// <summary>Deepest nesting of objects and arrays, as written and as resolved.</summary>
    public int DepthMax { get; init; } = 200;

    /// <summary>
    /// Values that substitutions may add to those that were written. A few lines that refer to each other twice
    /// double with every line; without a bound they would fill the memory.
    /// </summary>
    public int ExpansionMax { get; init; } = 1_000_000;

    /// <summary>Longest chain of substitutions that lead from one to the next.</summary>
    public int ChainMax { get; init; } = 300;

    /// <summary>Includes in one load, counted every time that a file is read.</summary>
    public int IncludesMax { get; init; } = 1_000;

    /// <summary>Size of all files of one load together, in bytes; a file that is included twice counts twice.</summary>
    public int FileBytesMax { get; init; } = 16 * 1024 * 1024;
}
