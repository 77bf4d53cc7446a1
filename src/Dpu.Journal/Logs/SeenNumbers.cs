namespace Dpu.Journal.Logs;

/// <summary>
/// Which chunk numbers of each launcher incarnation are stored: a bit for each of the last few millions, in memory; what is older, or was stored by an
/// earlier process, is looked up on the disk. Used under its store's lock.
/// </summary>
/// <param name="lastStored">The largest number of an incarnation that was on the disk when it was first asked about; −1 for none.</param>
/// <param name="isStored">Looks a number up on the disk.</param>
internal sealed class SeenNumbers(Func<Guid, long> lastStored, Func<Guid, long, bool> isStored)
{
    private const int PageBits = 1 << 16;
    private const int PagesMax = 64;

    private readonly Dictionary<Guid, Seen> _incarnations = [];

    /// <summary>Marks a number; false when it was there already.</summary>
    public bool Add(Guid incarnation, long number)
    {
        if (!_incarnations.TryGetValue(incarnation, out var seen))
        {
            _incarnations.Add(incarnation, seen = new Seen(lastStored(incarnation)));
        }

        if (seen.Has(number) || (number <= seen.OnDiskUpTo && isStored(incarnation, number)))
        {
            return false;
        }

        seen.Set(number, true);
        return true;
    }

    /// <summary>Takes a mark back: the chunk could not be stored.</summary>
    public void Remove(Guid incarnation, long number) => _incarnations[incarnation].Set(number, false);

    private sealed class Seen(long onDiskUpTo)
    {
        private readonly SortedDictionary<long, ulong[]> _pages = [];

        /// <summary>Numbers up to this one may be on the disk without a bit here.</summary>
        public long OnDiskUpTo { get; private set; } = onDiskUpTo;

        public bool Has(long number) =>
            _pages.TryGetValue(number / PageBits, out var page) && (page[Word(number)] & Bit(number)) != 0;

        public void Set(long number, bool value)
        {
            if (!_pages.TryGetValue(number / PageBits, out var page))
            {
                _pages.Add(number / PageBits, page = new ulong[PageBits / 64]);
                DropOldest();
            }

            page[Word(number)] = value ? page[Word(number)] | Bit(number) : page[Word(number)] & ~Bit(number);
        }

        private void DropOldest()
        {
            if (_pages.Count > PagesMax)
            {
                var oldest = _pages.Keys.First();
                _pages.Remove(oldest);
                OnDiskUpTo = Math.Max(OnDiskUpTo, ((oldest + 1) * PageBits) - 1);
            }
        }

        private static int Word(long number) => (int)(number % PageBits / 64);

        private static ulong Bit(long number) => 1UL << (int)(number % 64);
    }
}
