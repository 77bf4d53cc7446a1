using Dpu.Client.Trust;
using Dpu.Hocon;

namespace Dpu.Client.Addressing;

/// <summary>
/// The client's own HOCON file, <c>$HOME/.dpu/client.conf</c>: <c>dpus = [ { name = groningen, url = "https://host:8470", aliases = [rug], ca = "…" } ]</c>;
/// <c>ca</c> is for a DPU with an authority of its own, see <see cref="KnownAuthorities"/>.
/// </summary>
public static class ClientConfiguration
{
    public static string PathFor(string home) => Path.Combine(home, ".dpu", "client.conf");

    /// <summary>The known DPUs in the order of the file; none when there is no file.</summary>
    /// <exception cref="HoconException">The file is wrong; the message says where.</exception>
    public static IReadOnlyList<KnownDpu> Read(string home)
    {
        if (home.Length == 0)
        {
            return [];
        }

        var options = HoconOptions.Default with { Environment = Environment.GetEnvironmentVariable };
        var reader = new HoconReader(HoconConfig.Load([HoconSource.OptionalFile(PathFor(home))], options));
        var dpus = reader.GetListOrDefault("dpus", []).Select(ReadOne).ToList();
        reader.EnsureAllKeysUsed();
        return dpus;
    }

    private static KnownDpu ReadOne(HoconValue value)
    {
        var entry = value as HoconObject
            ?? throw new HoconException(value.Origin, "an entry of dpus is an object such as { name = groningen, url = \"https://host:8470\" }");
        var reader = new HoconReader(entry);
        var name = reader.GetString("name");
        var url = reader.GetString("url");
        var aliases = reader.GetStringListOrDefault("aliases", []);
        var ca = reader.GetStringOrDefault("ca", "");
        reader.EnsureAllKeysUsed();
        if (ca.Length > 0 && !SecretText.IsOne(ca))
        {
            throw reader.Error("ca", $"is '{ca}'; expected the 64 hexadecimal letters that 'dpu serve' shows as its authority's key");
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new KnownDpu([name, .. aliases], new Uri(address.GetLeftPart(UriPartial.Authority)), ca.Length == 0 ? null : ca)
            : throw reader.Error("url", $"is '{url}'; expected an address such as https://host:8470");
    }
}
