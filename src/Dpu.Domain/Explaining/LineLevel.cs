using System.Text.RegularExpressions;

namespace Dpu.Domain.Explaining;

/// <summary>How much a line of output matters, as far as its own words tell: what a recipe declares of its output are findings, and more exact.</summary>
public static partial class LineLevels
{
    /// <summary>Only so much of a line is looked at: programs say what matters first.</summary>
    private const int LookedAt = 400;

    /// <summary>The level by the first word that says one; <see cref="Jobs.FindingLevel.Info"/> for none.</summary>
    public static Jobs.FindingLevel Of(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var match = Words().Match(line, 0, Math.Min(line.Length, LookedAt));
        return !match.Success ? Jobs.FindingLevel.Info : match.Groups["bad"].Success ? Jobs.FindingLevel.Error : Jobs.FindingLevel.Warning;
    }

    [GeneratedRegex(@"\b(?:(?<bad>error|fatal|critical|panic|traceback|segmentation fault|exception|(?-i:[A-Za-z]+(?:Error|Exception)))|warn|warning)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}
