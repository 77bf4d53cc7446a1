namespace Dpu.Fits;

/// <summary>A file is not FITS, breaks the standard, or ends too early. The message names the file, the place and what would be right.</summary>
public sealed class FitsException : Exception
{
    public FitsException()
    {
    }

    public FitsException(string message)
        : base(message)
    {
    }

    public FitsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
