using Dpu.Hocon;

namespace Dpu.Client.Addressing;

/// <summary>A DPU was named that nobody knows. The message says where the name came from and what is near it.</summary>
public sealed class UnknownDpuException : Exception
{
    public UnknownDpuException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    internal static UnknownDpuException ForName(string name, string source, IReadOnlyList<string> known, string listPath)
    {
        var nearest = NearestName.Find(name, known);
        var hint = nearest is not null
            ? $"Did you mean '{nearest}'?"
            : known.Count > 0
                ? $"Known are: {string.Join(", ", known)}."
                : $"List it under 'dpus' in {listPath}, or give an address such as http://host:8470.";
        return new UnknownDpuException($"There is no DPU called '{name}' ({source}). {hint}", null);
    }
}
