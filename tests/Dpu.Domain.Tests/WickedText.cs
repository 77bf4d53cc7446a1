using FsCheck;
using FsCheck.Fluent;

namespace Dpu.Domain.Tests;

/// <summary>Texts as files and objects are really called, and worse.</summary>
internal static class WickedText
{
    /// <summary>Any text that a program can be given as an argument.</summary>
    public static Arbitrary<string> Arbitrary { get; } = Gen.Elements("8,6", " ", "\"", "'", "\n", "\t", "\\", "{}", "#842", "é", "星", "😀", "$HOME", "`", "=", "-", "--", "/", "*", "a", "\u0001", "\u2028", "<&>")
        .ListOf()
        .Select(parts => string.Concat(parts))
        .ToArbitrary();
}
