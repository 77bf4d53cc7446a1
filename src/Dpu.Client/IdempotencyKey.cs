namespace Dpu.Client;

/// <summary>A name that a client gives to one submission: sent again under it, the submission is the same job.</summary>
public static class IdempotencyKey
{
    /// <summary>A key that nobody else has.</summary>
    public static string Create() => Guid.NewGuid().ToString("N");
}
