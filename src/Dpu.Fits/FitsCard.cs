namespace Dpu.Fits;

/// <summary>
/// One header record. <see cref="Key"/> is upper case, without <c>HIERARCH</c>; commentary cards (COMMENT, HISTORY, blank) have
/// no value and carry their text in <see cref="Comment"/>.
/// </summary>
public sealed record FitsCard(string Key, FitsValue Value, string Comment)
{
    /// <summary>True for COMMENT, HISTORY and blank cards, which may be repeated.</summary>
    public bool IsCommentary => Key is "COMMENT" or "HISTORY" or "";
}
