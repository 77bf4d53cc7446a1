using System.Collections;
using System.Globalization;

namespace Dpu.Fits;

/// <summary>
/// The ordered cards of one HDU. Keys are looked up without regard to case; when a file repeats a keyword, the first card counts.
/// <c>HIERARCH ESO DET X</c> is found as <c>ESO DET X</c>, with or without the prefix.
/// </summary>
public sealed class FitsHeader : IEnumerable<FitsCard>
{
    private readonly List<FitsCard> _cards;
    private readonly Dictionary<string, int> _index;

    public FitsHeader()
        : this([])
    {
    }

    internal FitsHeader(List<FitsCard> cards)
    {
        _cards = cards;
        _index = new Dictionary<string, int>(cards.Count, StringComparer.OrdinalIgnoreCase);
        Reindex();
    }

    public int Count => _cards.Count;

    /// <summary>Where the header came from (file and HDU), for error messages; empty for a header made in memory.</summary>
    public string Origin { get; init; } = "";

    public FitsHeader Clone() => new([.. _cards]) { Origin = Origin };

    public bool Contains(string key) => _index.ContainsKey(Normalize(key));

    public bool TryGet(string key, out FitsValue value)
    {
        if (_index.TryGetValue(Normalize(key), out var at))
        {
            value = _cards[at].Value;
            return value.Kind != FitsValueKind.None;
        }
        value = FitsValue.None;
        return false;
    }

    /// <summary>The value as text: of a string its characters, of a number its digits.</summary>
    public string GetString(string key) => TryGet(key, out var value) ? value.Text : throw Missing(key, "a string");

    public string GetString(string key, string fallback) => TryGet(key, out var value) ? value.Text : fallback;

    public double GetDouble(string key) => TryGet(key, out var value) ? Number(key, value) : throw Missing(key, "a number");

    public double GetDouble(string key, double fallback) => TryGet(key, out var value) ? Number(key, value) : fallback;

    public long GetInt64(string key) => TryGet(key, out var value) ? Integer(key, value) : throw Missing(key, "an integer");

    public long GetInt64(string key, long fallback) => TryGet(key, out var value) ? Integer(key, value) : fallback;

    public bool GetBool(string key) => TryGet(key, out var value) ? Logical(key, value) : throw Missing(key, "T or F");

    public bool GetBool(string key, bool fallback) => TryGet(key, out var value) ? Logical(key, value) : fallback;

    public void Set(string key, string value, string comment = "") => Set(key, FitsValue.Of(CardFormat.Checked(value, key)), comment);

    public void Set(string key, double value, string comment = "") => Set(key, FitsValue.Of(value), comment);

    public void Set(string key, long value, string comment = "") => Set(key, FitsValue.Of(value), comment);

    public void Set(string key, bool value, string comment = "") => Set(key, FitsValue.Of(value), comment);

    /// <summary>Sets or replaces a card in place; an empty comment keeps the one that is there.</summary>
    public void Set(string key, FitsValue value, string comment = "")
    {
        key = CardFormat.CheckedKey(Normalize(key));
        CardFormat.Checked(comment, key);
        if (_index.TryGetValue(key, out var at))
        {
            _cards[at] = new FitsCard(key, value, comment.Length > 0 ? comment : _cards[at].Comment);
            return;
        }
        _index[key] = _cards.Count;
        _cards.Add(new FitsCard(key, value, comment));
    }

    public void AddComment(string text) => AddCommentary("COMMENT", text);

    public void AddHistory(string text) => AddCommentary("HISTORY", text);

    /// <summary>Removes every card of that key.</summary>
    public void Remove(string key)
    {
        key = Normalize(key);
        if (_cards.RemoveAll(c => c.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) > 0)
        {
            Reindex();
        }
    }

    public IEnumerator<FitsCard> GetEnumerator() => _cards.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a card as it stands (parser and writer).</summary>
    internal void Add(FitsCard card)
    {
        if (!card.IsCommentary)
        {
            _index.TryAdd(card.Key, _cards.Count);
        }
        _cards.Add(card);
    }

    private void AddCommentary(string key, string text)
    {
        CardFormat.Checked(text, key);
        // 72 columns follow the keyword; longer text goes on in further cards of the same keyword.
        for (var at = 0; at == 0 || at < text.Length; at += CardFormat.CommentaryLength)
        {
            _cards.Add(new FitsCard(key, FitsValue.None, text.Substring(at, Math.Min(CardFormat.CommentaryLength, text.Length - at))));
        }
    }

    private void Reindex()
    {
        _index.Clear();
        for (var i = 0; i < _cards.Count; i++)
        {
            if (!_cards[i].IsCommentary)
            {
                _index.TryAdd(_cards[i].Key, i);
            }
        }
    }

    private static string Normalize(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var trimmed = key.Trim().ToUpperInvariant();
        return trimmed.StartsWith("HIERARCH ", StringComparison.Ordinal) ? trimmed[9..].Trim() : trimmed;
    }

    private double Number(string key, FitsValue value) =>
        value.TryGetDouble(out var number) ? number : throw Wrong(key, value, "a number");

    private long Integer(string key, FitsValue value) =>
        value.TryGetInt64(out var number) ? number : throw Wrong(key, value, "an integer");

    private bool Logical(string key, FitsValue value) =>
        value.TryGetBool(out var flag) ? flag : throw Wrong(key, value, "T or F");

    private string Place => Origin.Length > 0 ? Origin + ": " : "";

    private FitsException Missing(string key, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Place}the header has no {key}; {wanted} is needed."));

    private FitsException Wrong(string key, FitsValue value, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Place}{key} is '{value.Text}', where {wanted} is needed."));
}
