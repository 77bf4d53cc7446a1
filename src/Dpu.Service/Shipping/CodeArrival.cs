using Dpu.Client.Contracts;

namespace Dpu.Service.Shipping;

/// <summary>What became of an archive that was brought.</summary>
internal abstract record CodeArrival
{
    private CodeArrival()
    {
    }

    /// <summary>It is here, durable and checked.</summary>
    public sealed record Here(CodeInfo Info, bool IsNew) : CodeArrival;

    /// <summary>It is longer than one may be.</summary>
    public sealed record TooLong(long MaxBytes) : CodeArrival;

    /// <summary>What arrived is something else than was announced.</summary>
    public sealed record Different(string Sha256) : CodeArrival;

    /// <summary>It breaks a rule: the rest of a sentence.</summary>
    public sealed record Refused(string Flaw) : CodeArrival;

    /// <summary>There is no room for it, and why.</summary>
    public sealed record NoRoom(string Reason) : CodeArrival;
}
