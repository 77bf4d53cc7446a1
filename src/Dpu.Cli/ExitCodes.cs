namespace Dpu.Cli;

/// <summary>What the program's end tells scripts.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The work failed: a job ended FAILED or CANCELLED, a file was refused.</summary>
    public const int WorkFailed = 1;

    /// <summary>The command was wrong: a bad option, an unknown recipe or job.</summary>
    public const int WrongCommand = 2;

    /// <summary>The DPU cannot be reached or refuses; also what an error of this program itself ends with.</summary>
    public const int NoAnswer = 3;

    /// <summary>Ended by Ctrl-C, as shells have it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
