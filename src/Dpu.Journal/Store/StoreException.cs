namespace Dpu.Journal.Store;

/// <summary>The data directory cannot be used; the message says why and what to do, in a sentence for people.</summary>
public sealed class StoreException : Exception
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
