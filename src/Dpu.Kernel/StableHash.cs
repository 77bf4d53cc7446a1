namespace Dpu.Kernel;

/// <summary>A hash that is the same in every process, unlike .NET's own for strings (FNV-1a, 32 bits).</summary>
internal static class StableHash
{
    public static int Of(string text, int seed)
    {
        var hash = unchecked(2166136261u ^ (uint)seed);
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * 16777619u);
        }

        return unchecked((int)hash);
    }
}
