using System.Diagnostics.CodeAnalysis;

namespace Dpu.Actors.Frontend;

/// <summary>The last few things that were remembered; the oldest make room for new ones.</summary>
internal sealed class Recent<TKey, TValue>(int max)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _values = [];
    private readonly Queue<TKey> _byAge = [];

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    public void Remember(TKey key, TValue value)
    {
        if (!_values.ContainsKey(key))
        {
            _byAge.Enqueue(key);
        }

        _values[key] = value;
        if (_byAge.Count > max)
        {
            _values.Remove(_byAge.Dequeue());
        }
    }
}
