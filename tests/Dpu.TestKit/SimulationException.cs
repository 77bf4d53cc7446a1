namespace Dpu.TestKit;

/// <summary>A simulated run went wrong; the message names its seed, with which it replays exactly.</summary>
public sealed class SimulationException : Exception
{
    public SimulationException(string message)
        : base(message)
    {
    }

    public SimulationException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
