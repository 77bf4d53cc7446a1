namespace Dpu.Calibration.Imaging;

/// <summary>Disjoint sets of integers that grow one by one; the smaller number represents a set.</summary>
internal sealed class UnionFind
{
    private readonly List<int> _parent = [];

    public int Count => _parent.Count;

    public int Add()
    {
        _parent.Add(_parent.Count);
        return _parent.Count - 1;
    }

    public int Find(int member)
    {
        // Path halving: every second link is shortened on the way up.
        while (_parent[member] != member)
        {
            _parent[member] = _parent[_parent[member]];
            member = _parent[member];
        }

        return member;
    }

    public int Union(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        var (root, child) = a < b ? (a, b) : (b, a);
        _parent[child] = root;
        return root;
    }
}
