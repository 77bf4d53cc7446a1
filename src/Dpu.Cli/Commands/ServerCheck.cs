using Dpu.Client;
using Dpu.Client.Trust;

namespace Dpu.Cli.Commands;

/// <summary>Before a secret goes to a DPU over TLS for the first time: is it that one? Nobody is believed because he was there first; a person says so, or a file that came from the DPU.</summary>
internal sealed class ServerCheck(CliContext context)
{
    /// <summary>Returns when whoever listens at the address is believed, and keeps by what.</summary>
    /// <param name="address">The DPU's.</param>
    /// <param name="trusted">The authority's key that the user named; null for none.</param>
    /// <param name="fromFile">The one that came with a token; null for none.</param>
    /// <exception cref="UsageException">What is named is none, or two that should be the same are not.</exception>
    /// <exception cref="DpuNotAllowedException">It is not believed.</exception>
    public async Task EnsureKnownAsync(Uri address, string? trusted, string? fromFile)
    {
        if (trusted is not null)
        {
            CheckForm(trusted);
        }

        if (address.Scheme != Uri.UriSchemeHttps)
        {
            return;
        }

        var home = context.Variable("HOME") ?? "";
        var named = trusted ?? fromFile;
        if (trusted is not null && fromFile is not null && trusted != fromFile)
        {
            throw new UsageException("--trust names another authority than the token's file: the token is for another DPU, or one of the two was changed on its way.");
        }

        if (named is not null && KnownAuthorities.Find(address, home) is { } kept && kept != named)
        {
            throw new UsageException(
                $"At {Place(address)} you knew another authority until now ({kept}). If the DPU was set up anew, remove {KnownAuthorities.PathFor(address, home)} and log in again.");
        }

        var (believed, shown) = await context.Meet(address, named is null ? KnownAuthorities.TrustFor(address, home) : ServerTrust.Pinned(named));
        if (named is not null && believed)
        {
            KnownAuthorities.Keep(address, home, named);
        }
        else if (!believed)
        {
            KnownAuthorities.Keep(address, home, Confirmed(address, named ?? KnownAuthorities.Find(address, home), shown));
        }
    }

    /// <summary>The authority that a person found to be the right one.</summary>
    private string Confirmed(Uri address, string? expected, string? shown)
    {
        if (expected is not null)
        {
            throw new DpuNotAllowedException($"Whoever listens at {Place(address)} does not have the authority {expected}{(shown is null ? "" : $", but {shown}")}: this is another DPU, or somebody in between. Nothing was sent.");
        }

        if (shown is null)
        {
            throw new DpuNotAllowedException($"The certificate of {Place(address)} is not valid for this host, and shows no authority that one could compare. Nothing was sent.");
        }

        if (!context.InputIsTerminal)
        {
            throw new DpuNotAllowedException($"The DPU at {Place(address)} has an authority of its own, {shown}. Compare it with what 'dpu serve' shows there, and say --trust {shown}. Nothing was sent.");
        }

        context.Say($"You do not know the DPU at {Place(address)} yet. It has an authority of its own, whose key is");
        context.Say($"  {shown}");
        context.Error.Write("Is that what 'dpu serve' shows there (its operator can tell)? Type yes, or anything else: ");
        context.Error.Flush();
        return context.ReadTyped(true)?.Trim() == "yes" ? shown : throw new DpuNotAllowedException("Then nothing is sent to it.");
    }

    private static void CheckForm(string trusted)
    {
        try
        {
            _ = ServerTrust.Pinned(trusted);
        }
        catch (FormatException error)
        {
            throw new UsageException($"--trust: {error.Message}");
        }
    }

    private static string Place(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
