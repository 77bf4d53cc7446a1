namespace Dpu.Client.Contracts;

/// <summary>Asks for an address that logs a browser in.</summary>
public sealed record BrowserSessionRequest;

/// <summary>An address that logs in the browser that opens it first, as whoever asked for it.</summary>
/// <param name="Path">Behind the DPU's address.</param>
/// <param name="Until">Until when it can be opened.</param>
public sealed record BrowserSession(string Path, DateTimeOffset Until)
{
    /// <summary>Without the path, which is a secret until it was used.</summary>
    public override string ToString() => $"address of a page, until {Until:O}";
}
