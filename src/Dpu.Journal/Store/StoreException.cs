namespace Dpu.Journal.Store;

/// <summary>The data directory cannot be used; the message says why and what to do, in a sentence for people.</summary>
public class StoreException : Exception
{
    public StoreException(string message)
        : base(message)
    {
    }

    public StoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Another process holds the data directory.</summary>
public sealed class DataInUseException : StoreException
{
    /// <param name="message">For people.</param>
    /// <param name="holder">The process; null when it did not say who it is.</param>
    public DataInUseException(string message, int? holder)
        : base(message) => Holder = holder;

    public int? Holder { get; }
}
