namespace Dpu.Client.Addressing;

/// <summary>Finds the DPU that a command means: what was asked for, else DPU_NAME, else <c>dpu_name</c> of the Environment, else the embedded one.</summary>
public static class AddressResolver
{
    /// <summary>Where an embedded DPU listens unless told otherwise.</summary>
    public static readonly Uri Default = new("http://127.0.0.1:8470");

    /// <param name="asked">A name or address from the command line; null when none was given.</param>
    /// <param name="variable">Reads an environment variable; null when it is not set.</param>
    /// <exception cref="UnknownDpuException">The name is in no list, or the address is none.</exception>
    public static Uri Resolve(string? asked, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var home = variable("HOME") ?? "";
        if (asked is not null)
        {
            return Find(asked, "--dpu", home);
        }

        if (variable("DPU_NAME") is { Length: > 0 } fromVariable)
        {
            return Find(fromVariable, "DPU_NAME", home);
        }

        return AweEnvironment.ReadDpuName(home) is { } fromFile
            ? Find(fromFile, $"dpu_name in {AweEnvironment.PathFor(home)}", home)
            : Default;
    }

    /// <summary>The address that a name or a written address stands for.</summary>
    private static Uri Find(string text, string source, string home)
    {
        if (ParseAddress(text) is { } address)
        {
            return address;
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            throw new UnknownDpuException($"'{text}' ({source}) is no address of a DPU: write http://host:port or https://host:port.", null);
        }

        var known = ClientConfiguration.Read(home);
        return known.FirstOrDefault(dpu => dpu.IsCalled(text))?.Address
            ?? throw UnknownDpuException.ForName(text, source, known.SelectMany(dpu => dpu.Names).ToList(), ClientConfiguration.PathFor(home));
    }

    /// <summary>Reads <c>http://host:port</c>, or <c>host:port</c> for a host of this machine's own.</summary>
    private static Uri? ParseAddress(string text)
    {
        var written = text.Contains("://", StringComparison.Ordinal) || !text.Contains(':', StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0
            ? new Uri(address.GetLeftPart(UriPartial.Authority))
            : null;
    }
}
