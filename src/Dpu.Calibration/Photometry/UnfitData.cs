using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>The files are what they should be, but what they hold does not tell what was asked: another attempt would read the same.</summary>
internal static class UnfitData
{
    // EX_DATAERR of sysexits.h.
    private const int ExitCode = 65;

    /// <param name="message">One sentence: the file, what was wrong, what would be right.</param>
    public static RecipeException Because(string message) => new(message, ExitCode);
}
