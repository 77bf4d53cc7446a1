namespace Dpu.TestKit;

/// <summary>Folds what happened into one number: two runs with the same number went the same way (FNV-1a, 64 bits).</summary>
internal struct TraceHash
{
    private const ulong Prime = 1099511628211;

    public TraceHash()
    {
    }

    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(long number) => Value = unchecked((Value ^ (ulong)number) * Prime);

    public void Add(string text)
    {
        foreach (var c in text)
        {
            Add(c);
        }
    }
}
