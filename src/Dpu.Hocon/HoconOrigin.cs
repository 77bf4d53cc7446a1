namespace Dpu.Hocon;

/// <summary>Where something was written: a file (or another source's name), a line and a column, both counted from 1.</summary>
/// <param name="File">The file's path as it was given, or the name of a source that is no file.</param>
/// <param name="Line">Line, from 1; 0 when the source has no lines (an environment variable).</param>
/// <param name="Column">Column in UTF-16 units, from 1; 0 when the source has no lines.</param>
public sealed record HoconOrigin(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, or the bare name of a source without lines.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}
