namespace Dpu.Hocon.Syntax;

/// <summary>Keeps a message readable whatever the file contains.</summary>
internal static class Excerpt
{
    private const int LengthMax = 60;

    public static string Of(string text) => text.Length <= LengthMax ? text : text[..LengthMax] + "…";
}
