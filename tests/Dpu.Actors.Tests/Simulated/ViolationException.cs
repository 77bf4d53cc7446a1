namespace Dpu.Actors.Tests.Simulated;

/// <summary>Something that must always hold did not.</summary>
internal sealed class ViolationException(string message) : Exception(message)
{
    public static void Unless(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException(what);
        }
    }
}
