namespace Dpu.Calibration.Contract;

/// <summary>A failure with a message meant for the person who submitted the task. The message is one line.</summary>
internal sealed class RecipeException : Exception
{
    /// <summary>The task's options, or which inputs it was given, are wrong: trying again will not help.</summary>
    public const int WrongInput = 2;

    /// <summary>The options and inputs were right, but the work could not be done.</summary>
    public const int WorkFailed = 1;

    /// <summary>Files are not what they should be, or do not tell what is asked (EX_DATAERR of sysexits.h): another attempt would read the same.</summary>
    public const int BadData = 65;

    /// <summary>A program that the recipe runs is not on this node (EX_UNAVAILABLE of sysexits.h): another node may have it.</summary>
    public const int ProgramMissing = 69;

    public RecipeException(string message, int exitCode = WorkFailed)
        : base(message) => ExitCode = exitCode;

    public RecipeException(string message, int exitCode, Exception innerException)
        : base(message, innerException) => ExitCode = exitCode;

    public int ExitCode { get; }

    public static RecipeException Wrong(string message) => new(message, WrongInput);

    /// <summary>What files hold is wrong, or too little: the message names them and says what would be right.</summary>
    public static RecipeException BadFile(string message) => new(message, BadData);
}
