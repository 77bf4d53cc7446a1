using System.Buffers.Binary;
using System.Text;

namespace Dpu.Fits.Conversion;

/// <summary>The beginning of a <c>.npy</c> file (NumPy Enhancement Proposal 1, versions 1.0 and 2.0): what is in it, as a dictionary of Python.</summary>
internal static class NpyHeader
{
    // The data begin at a multiple of this, so that they can be mapped into memory.
    private const int Alignment = 64;

    /// <param name="destination">Where it goes.</param>
    /// <param name="descr">The type, as Python writes it.</param>
    /// <param name="shape">The length of each axis, the slowest first.</param>
    public static void Write(Stream destination, string descr, IEnumerable<long> shape)
    {
        var axes = string.Concat(shape.Select(axis => FormattableString.Invariant($"{axis}, ")));
        var text = $"{{'descr': {descr}, 'fortran_order': False, 'shape': ({axes.TrimEnd(' ')}), }}";
        var version = text.Length + Alignment > ushort.MaxValue ? (byte)2 : (byte)1;
        var before = version == 1 ? 10 : 12;
        var length = (((before + text.Length + 1 + Alignment - 1) / Alignment) * Alignment) - before;
        Span<byte> prefix = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', version, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(prefix[8..], length);
        destination.Write(prefix[..before]);
        destination.Write(Encoding.Latin1.GetBytes(text.PadRight(length - 1) + "\n"));
    }

    /// <summary>A text as Python writes it.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text)
        {
            quoted.Append(c is '\'' or '\\' ? $"\\{c}" : char.IsAscii(c) && !char.IsControl(c) ? c.ToString() : "?");
        }

        return quoted.Append('\'').ToString();
    }
}
