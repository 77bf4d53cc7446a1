namespace Dpu.Hocon;

/// <summary>
/// A configuration that cannot be used. The message is one for the person who wrote the file:
/// <c>file:line:column: what is wrong; what would be right</c>.
/// </summary>
public sealed class HoconException : Exception
{
    /// <summary>An error at a known place.</summary>
    public HoconException(HoconOrigin origin, string problem, Exception? inner = null)
        : base($"{origin}: {problem}", inner)
    {
        Origin = origin;
        Problem = problem;
    }

    /// <summary>The place of the error.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>The message without its place.</summary>
    public string Problem { get; }

    /// <summary>The file, or the name of the source.</summary>
    public string File => Origin.File;

    /// <summary>Line, from 1; 0 when unknown.</summary>
    public int Line => Origin.Line;

    /// <summary>Column, from 1; 0 when unknown.</summary>
    public int Column => Origin.Column;
}
