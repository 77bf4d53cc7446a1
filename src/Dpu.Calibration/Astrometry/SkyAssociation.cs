namespace Dpu.Calibration.Astrometry;

/// <summary>A member of an association.</summary>
/// <param name="List">Index of the list that it comes from.</param>
/// <param name="Index">Its index in that list.</param>
internal readonly record struct Member(int List, int Index);

/// <summary>
/// Joins lists of positions one after the other: of each list, a position goes to the association that is its nearest and of which it is the nearest, within the radius; what finds none
/// begins one of its own. Where an association lies is the mean of its members, so that the order of the lists hardly matters; each has at most one member of a list.
/// </summary>
internal sealed class SkyAssociation
{
    private readonly double _radius;
    private readonly List<List<Member>> _members = [];
    private readonly List<(double X, double Y, double Z)> _sums = [];
    private int _lists;

    /// <param name="radiusArcseconds">The largest distance of a position from its association.</param>
    public SkyAssociation(double radiusArcseconds) => _radius = radiusArcseconds;

    public IReadOnlyList<IReadOnlyList<Member>> Members => _members;

    /// <summary>The mean of the members, in the order of <see cref="Members"/>, degrees.</summary>
    public IReadOnlyList<(double Ra, double Dec)> Positions => [.. _sums.Select(SkyIndex.Position)];

    /// <summary>Joins a further list; its number is the count of those before.</summary>
    /// <param name="positions">Degrees; what is not finite joins nothing.</param>
    /// <param name="onlyKnown">Whether positions that find no association are left out.</param>
    public void Add(IReadOnlyList<(double Ra, double Dec)> positions, bool onlyKnown = false)
    {
        var list = _lists++;
        var taken = new bool[positions.Count];
        if (_members.Count > 0)
        {
            foreach (var (association, index, _) in SkyIndex.Mutual(Positions, positions, _radius))
            {
                taken[index] = true;
                Join(association, new Member(list, index), positions[index]);
            }
        }

        for (var i = 0; i < positions.Count; i++)
        {
            if (taken[i] || onlyKnown || !double.IsFinite(positions[i].Ra + positions[i].Dec)) { continue; }
            _members.Add([]);
            _sums.Add(default);
            Join(_members.Count - 1, new Member(list, i), positions[i]);
        }
    }

    private void Join(int association, Member member, (double Ra, double Dec) position)
    {
        _members[association].Add(member);
        var (sum, v) = (_sums[association], SkyIndex.Vector(position.Ra, position.Dec));
        _sums[association] = (sum.X + v.X, sum.Y + v.Y, sum.Z + v.Z);
    }
}
