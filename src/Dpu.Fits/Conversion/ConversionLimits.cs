namespace Dpu.Fits.Conversion;

/// <summary>What a conversion may take, whatever a file announces. Memory is bounded by the length of a row, not by that of a file.</summary>
/// <param name="InputBytesMax">How many bytes of data are read, unpacked.</param>
/// <param name="OutputBytesMax">How many bytes are written.</param>
public sealed record ConversionLimits(long InputBytesMax, long OutputBytesMax)
{
    /// <summary>The longest row that is held, in bytes.</summary>
    internal const int RowBytesMax = 64 << 20;
}

/// <summary>A sound file cannot be had in this form, or not within the limits. The message is one for people.</summary>
public sealed class ConversionException : Exception
{
    public ConversionException()
    {
    }

    public ConversionException(string message)
        : base(message)
    {
    }

    public ConversionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
