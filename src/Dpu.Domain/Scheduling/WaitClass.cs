namespace Dpu.Domain.Scheduling;

/// <summary>Waiting tasks that are alike to a plan, by user.</summary>
internal sealed class WaitClass(ClassKey key)
{
    private readonly SortedSet<UserLine> _lines = new(UserLine.InOrder);
    private readonly Dictionary<KnownUser, UserLine> _byUser = [];

    public ClassKey Key { get; } = key;

    /// <summary>Nothing waits in it.</summary>
    public bool IsEmpty => _byUser.Count == 0;

    /// <summary>Whose turn it is; null when all of its users run as much as they may.</summary>
    public UserLine? First => _lines.Count == 0 ? null : _lines.Min;

    public IEnumerable<UserLine> Lines => _byUser.Values;

    /// <summary>Nodes that its tasks may run on, by name, as of <see cref="EligibleAsOf"/>.</summary>
    public KnownNode[] Eligible { get; set; } = [];

    /// <summary>For which version of the nodes <see cref="Eligible"/> was found.</summary>
    public long EligibleAsOf { get; set; } = -1;

    /// <summary>Of its nodes so many, from the first on, have no room for it in this plan: room only shrinks while one plans.</summary>
    public int NodesPassed { get; set; }

    /// <summary>The same, for what is given ahead.</summary>
    public int NodesPassedAhead { get; set; }

    public void Add(WaitQueue queue)
    {
        var user = queue.Job.User;
        if (!_byUser.TryGetValue(user, out var line))
        {
            line = new UserLine(this, user);
            _byUser.Add(user, line);
            user.Lines.Add(line);
        }

        Leave(line);
        line.Queues.Add(queue);
        Enter(line);
        queue.Line = line;
    }

    public void Remove(WaitQueue queue)
    {
        var line = queue.Line!;
        Leave(line);
        line.Queues.Remove(queue);
        queue.Line = null;
        if (line.Queues.Count > 0)
        {
            Enter(line);
        }
        else
        {
            _byUser.Remove(line.User);
            line.User.Lines.Remove(line);
        }
    }

    /// <summary>Before its place in the order changes.</summary>
    public void Leave(UserLine line)
    {
        if (line.Queues.Count > 0 && !line.User.AtLimit)
        {
            _lines.Remove(line);
        }
    }

    /// <summary>After its place in the order has changed.</summary>
    public void Enter(UserLine line)
    {
        if (!line.User.AtLimit)
        {
            _lines.Add(line);
        }
    }
}

/// <summary>What waits of one user in one class.</summary>
internal sealed class UserLine(WaitClass @class, KnownUser user)
{
    private static readonly Comparer<WaitQueue> ByAge = Comparer<WaitQueue>.Create(WaitQueue.Compare);

    public WaitClass Class { get; } = @class;

    public KnownUser User { get; } = user;

    public SortedSet<WaitQueue> Queues { get; } = new(ByAge);

    public WaitQueue First => Queues.Min!;

    /// <summary>The order in which tasks get their turn.</summary>
    public static IComparer<UserLine> InOrder { get; } = Comparer<UserLine>.Create(Compare);

    /// <summary>Priority, then who has used less, then age.</summary>
    public static int Compare(UserLine a, UserLine b)
    {
        if (ReferenceEquals(a, b))
        {
            return 0;
        }

        var byPriority = b.Class.Key.Priority.CompareTo(a.Class.Key.Priority);
        var byShare = byPriority != 0 ? byPriority : a.User.Score.CompareTo(b.User.Score);
        return byShare != 0 ? byShare : WaitQueue.Compare(a.First, b.First);
    }
}
