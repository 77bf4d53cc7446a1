using System.Runtime.InteropServices;
using System.Text;

namespace Dpu.Keeper.Spawning;

/// <summary>Strings as C wants them, in one piece of memory that is used again for the next process.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte* _memory;
    private nuint _capacity;
    private nuint _used;

    /// <summary>Begins anew with room for so many strings of so many characters together: pointers stay valid until then.</summary>
    public void Begin(long characters, int strings)
    {
        // A UTF-16 character becomes at most three bytes; each string ends with a zero and is pointed to, each list ends with a null.
        var needed = (nuint)((characters * 3) + strings + ((strings + 8L) * sizeof(byte*)));
        if (needed > _capacity)
        {
            _capacity = needed * 2;
            _memory = (byte*)NativeMemory.Realloc(_memory, _capacity);
        }

        _used = 0;
    }

    public byte** List(int count)
    {
        var list = (byte**)(_memory + _used);
        _used += (nuint)((count + 1) * sizeof(byte*));
        list[count] = null;
        return list;
    }

    public byte* Add(ReadOnlySpan<char> text)
    {
        var start = _memory + _used;
        Append(text);
        return End(start);
    }

    /// <summary><c>name=value</c>.</summary>
    public byte* AddVariable(string name, string value)
    {
        var start = _memory + _used;
        Append(name);
        Append("=");
        Append(value);
        return End(start);
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }

    private void Append(ReadOnlySpan<char> text) =>
        _used += (nuint)Encoding.UTF8.GetBytes(text, new Span<byte>(_memory + _used, checked((int)(_capacity - _used))));

    private byte* End(byte* start)
    {
        _memory[_used++] = 0;
        return start;
    }
}
