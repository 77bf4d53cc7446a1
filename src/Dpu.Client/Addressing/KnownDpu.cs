namespace Dpu.Client.Addressing;

/// <summary>A DPU of the client's list.</summary>
/// <param name="Names">Its name, then its aliases.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="CaSha256">SHA-256 of the public key of its own authority; null where the system's roots answer for it.</param>
public sealed record KnownDpu(IReadOnlyList<string> Names, Uri Address, string? CaSha256 = null)
{
    public bool IsCalled(string name) => Names.Contains(name, StringComparer.Ordinal);
}
