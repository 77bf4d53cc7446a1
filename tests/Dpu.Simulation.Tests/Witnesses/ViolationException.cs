namespace Dpu.Simulated;

/// <summary>Something that must always hold did not.</summary>
internal sealed class ViolationException(string message) : Exception(message)
{
    /// <summary>The text is put together only when it is needed: this is asked many times a step.</summary>
    public static void Unless(bool holds, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] ref Text what)
    {
        if (!holds)
        {
            throw new ViolationException(what.ToString());
        }
    }

    public static void Unless(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException(what);
        }
    }

    /// <summary>What did not hold.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    public ref struct Text
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _text;

        public Text(int literalLength, int formattedCount, bool holds, out bool isNeeded)
        {
            isNeeded = !holds;
            _text = isNeeded ? new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public override readonly string ToString() => _text.ToString();
    }
}
