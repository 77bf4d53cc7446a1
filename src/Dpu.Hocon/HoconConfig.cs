using Dpu.Hocon.Resolution;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon;

/// <summary>Layers several sources into one configuration.</summary>
public static class HoconConfig
{
    /// <summary>
    /// Parses the sources, merges them (a later one wins, objects merge) and then resolves: a substitution sees the merged
    /// whole, so a default that refers to a setting follows what a later source sets it to.
    /// </summary>
    /// <exception cref="HoconException">A source is missing, malformed, or refers to what is not there.</exception>
    public static HoconObject Load(IEnumerable<HoconSource> sources, HoconOptions? options = null)
    {
        options ??= HoconOptions.Default;
        var loader = new SourceLoader(options);
        var layers = new List<Layer>();
        foreach (HoconSource source in sources)
        {
            if (loader.Load(source) is { } root)
            {
                layers.Add(new Layer(root.Origin, root));
            }
        }

        return new Resolver(options, loader.ValueCount).ResolveObject(layers);
    }
}
