using FsCheck;
using FsCheck.Fluent;

namespace Dpu.Service.Tests.Cli;

/// <summary>Texts made of what names, options and logs trip over.</summary>
internal static class HostileText
{
    public static Arbitrary<string> One { get; } = Pieces().ToArbitrary();

    public static Arbitrary<IList<string>> Several { get; } = Pieces().ListOf().Select(texts => (IList<string>)[.. texts]).ToArbitrary();

    private static Gen<string> Pieces() => Gen.Elements(
            "8,6", " ", "\"", "'", "\n", "\r", "\t", "\\", "{}", "@x", "-", "--", "--wait", "--json=", "-h", "[x]", "=", "*", "?", "\u001b[2J", "\u009b", "\u0007", "\0",
            "\u202e", "\u2028", "\u200f", "é", "星", "😀", "\ud83d", "\ude00", "a")
        .ListOf()
        .Select(string.Concat);
}
