namespace Dpu.Domain.Jobs;

/// <summary>
/// An array that never changes: a new version shares every page that was not written. A batch of changes to a million
/// elements costs the pages that it touches, not the million.
/// </summary>
/// <typeparam name="T">A small value type.</typeparam>
public sealed class PagedArray<T>
    where T : struct
{
    // About as many elements in a page as a million have pages: a single change copies a page and the list of pages.
    private const int PageBits = 10;
    private const int PageSize = 1 << PageBits;

    private readonly T[][] _pages;

    private PagedArray(T[][] pages, int length)
    {
        _pages = pages;
        Length = length;
    }

    public static PagedArray<T> Empty { get; } = new([], 0);

    public int Length { get; }

    public T this[int index] => _pages[index >> PageBits][index & (PageSize - 1)];

    /// <summary>An array of <paramref name="length"/> times the same value; its pages are one page until they are written.</summary>
    public static PagedArray<T> Filled(int length, T value)
    {
        var page = new T[Math.Min(PageSize, length)];
        Array.Fill(page, value);
        var pages = new T[(length + PageSize - 1) >> PageBits][];
        Array.Fill(pages, page);
        return new PagedArray<T>(pages, length);
    }

    /// <summary>Collects changes; the array itself stays as it is.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>Changes on the way to a new version.</summary>
    public sealed class Builder
    {
        private readonly PagedArray<T> _source;
        private T[][]? _pages;

        internal Builder(PagedArray<T> source) => _source = source;

        public T this[int index]
        {
            get => (_pages ?? _source._pages)[index >> PageBits][index & (PageSize - 1)];
            set => OwnPage(index >> PageBits)[index & (PageSize - 1)] = value;
        }

        /// <summary>The new version. The builder must not be used after it.</summary>
        public PagedArray<T> Build() => _pages is null ? _source : new PagedArray<T>(_pages, _source.Length);

        private T[] OwnPage(int page)
        {
            _pages ??= (T[][])_source._pages.Clone();
            if (ReferenceEquals(_pages[page], _source._pages[page]))
            {
                _pages[page] = (T[])_source._pages[page].Clone();
            }

            return _pages[page];
        }
    }
}
