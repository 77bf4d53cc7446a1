namespace Dpu.Keeper.Events;

/// <summary>Frames in memory, oldest first, reachable by position: what was sent stays until it is acknowledged.</summary>
internal sealed class FrameQueue
{
    private byte[][] _ring = new byte[16][];
    private int _first;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public byte[] this[int index] => _ring[(_first + index) & (_ring.Length - 1)];

    public void Add(byte[] frame)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_first + Count) & (_ring.Length - 1)] = frame;
        Count++;
        Bytes += frame.Length;
    }

    public byte[] TakeFirst()
    {
        var frame = _ring[_first];
        _ring[_first] = null!;
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        Bytes -= frame.Length;
        return frame;
    }

    private void Grow()
    {
        var larger = new byte[_ring.Length * 2][];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        (_ring, _first) = (larger, 0);
    }
}
