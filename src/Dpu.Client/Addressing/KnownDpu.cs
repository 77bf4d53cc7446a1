namespace Dpu.Client.Addressing;

/// <summary>A DPU of the client's list.</summary>
/// <param name="Names">Its name, then its aliases.</param>
/// <param name="Address">Where it listens.</param>
public sealed record KnownDpu(IReadOnlyList<string> Names, Uri Address)
{
    public bool IsCalled(string name) => Names.Contains(name, StringComparer.Ordinal);
}
