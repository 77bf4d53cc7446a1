namespace Dpu.Service.Shipping;

/// <summary>The checksum of entries of zip archives (CRC-32 of IEEE 802.3, as in appnote.txt 4.4.7).</summary>
internal struct Crc32()
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(OfByte)];

    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var value in bytes)
        {
            state = Table[(byte)(state ^ value)] ^ (state >> 8);
        }

        _state = state;
    }

    private static uint OfByte(int value)
    {
        var state = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ Polynomial;
        }

        return state;
    }
}
