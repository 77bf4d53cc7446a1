namespace Dpu.Calibration.Contract;

/// <summary>A failure with a message meant for the person who submitted the task. The message is one line.</summary>
internal sealed class RecipeException : Exception
{
    /// <summary>The task's options or inputs are wrong: trying again will not help.</summary>
    public const int WrongInput = 2;

    /// <summary>The options and inputs were right, but the work could not be done.</summary>
    public const int WorkFailed = 1;

    public RecipeException(string message, int exitCode = WorkFailed)
        : base(message) => ExitCode = exitCode;

    public RecipeException(string message, int exitCode, Exception innerException)
        : base(message, innerException) => ExitCode = exitCode;

    public int ExitCode { get; }

    public static RecipeException Wrong(string message) => new(message, WrongInput);
}
