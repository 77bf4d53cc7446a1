namespace Dpu.Domain.Scheduling;

/// <summary>
/// Who has used how much: cpu-seconds, half of which are forgotten after each half-life. What runs is counted as it runs, and a little ahead
/// when it is given, so that a user who comes does not get everything at once.
/// </summary>
/// <remarks>
/// Decay changes nobody's place, so it is not computed: what is used later weighs more instead, and all weights are brought down together
/// long before they could overflow.
/// </remarks>
internal sealed class Shares(PolicyInForce policy)
{
    /// <summary>What a task of unknown or longer duration is counted ahead for each of its cpus.</summary>
    private const double AheadSecondsMax = 10;

    private const double HalfLivesMax = 200;
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, KnownUser> _users = new(StringComparer.Ordinal);

    /// <summary>Users of whom something runs, in an order that follows from the story.</summary>
    private readonly SortedDictionary<string, KnownUser> _running = new(StringComparer.Ordinal);

    private DateTimeOffset _weightsFrom;
    private DateTimeOffset _refreshedAt;

    public DateTimeOffset Now { get; private set; }

    public IEnumerable<KnownUser> All => _users.Values;

    public KnownUser Of(string name)
    {
        if (!_users.TryGetValue(name, out var user))
        {
            user = new KnownUser(name) { CountedUntil = Now };
            _users.Add(name, user);
        }

        return user;
    }

    /// <summary>Time goes on; a clock that was put back is waited for.</summary>
    public void Advance(DateTimeOffset now)
    {
        if (now <= Now)
        {
            return;
        }

        if (Now == default)
        {
            (_weightsFrom, _refreshedAt) = (now, now);
        }

        Now = now;
        if ((now - _weightsFrom) / policy.Now.ShareHalfLife > HalfLivesMax)
        {
            ForgetThoseWhoAreGone();
            Rebase();
        }

        if (now - _refreshedAt >= RefreshEvery)
        {
            _refreshedAt = now;
            foreach (var user in _running.Values)
            {
                Change(user, static _ => { });
            }
        }
    }

    /// <summary>What was used until now was forgotten by the old half-life, what is used from now on by the new one.</summary>
    /// <param name="change">Changes the policy.</param>
    public void Reconfigure(Action change)
    {
        Rebase();
        change();
        foreach (var user in _users.Values)
        {
            Change(user, static _ => { });
        }
    }

    /// <summary>A task of a user holds something.</summary>
    /// <param name="placed">The task.</param>
    /// <param name="countedUntil">Until when its time was counted before; what is older than now is counted at once.</param>
    public void Given(Placed placed, DateTimeOffset countedUntil)
    {
        var user = placed.Job.User;
        _running[user.Name] = user;
        Change(user, u =>
        {
            u.Used += placed.CountsAsItRuns ? placed.Need.Cpus * Math.Max(0, (Now - countedUntil).TotalSeconds) * Weight : 0;
            u.Running++;
            u.CountingCpus += placed.CountsAsItRuns ? placed.Need.Cpus : 0;
            u.AheadSeconds += Ahead(placed);
        });
    }

    /// <summary>A task of a user holds nothing any more.</summary>
    /// <param name="placed">The task.</param>
    /// <param name="seconds">How long it ran, when that is known.</param>
    public void TakenBack(Placed placed, double? seconds)
    {
        var user = placed.Job.User;
        Change(user, u =>
        {
            u.Used += placed.CountsAsItRuns ? 0 : placed.Need.Cpus * Math.Max(0, seconds ?? 0) * Weight;
            u.Running--;
            u.CountingCpus -= placed.CountsAsItRuns ? placed.Need.Cpus : 0;
            u.AheadSeconds = u.Running == 0 ? 0 : u.AheadSeconds - Ahead(placed);
        });
        if (user.Running == 0)
        {
            _running.Remove(user.Name);
        }
    }

    /// <summary>What a user has used lately and holds, in cpu-seconds of now.</summary>
    public double UsedBy(KnownUser user) => Counted(user) / Weight + user.AheadSeconds;

    private static double Ahead(Placed placed) => placed.Need.Cpus * Math.Min(AheadSecondsMax, placed.SecondsThen ?? AheadSecondsMax);

    private double Weight => Math.Pow(2, (Now - _weightsFrom) / policy.Now.ShareHalfLife);

    private double Counted(KnownUser user) => user.Used + (user.CountingCpus * Math.Max(0, (Now - user.CountedUntil).TotalSeconds) * Weight);

    private void Change(KnownUser user, Action<KnownUser> change)
    {
        foreach (var line in user.Lines)
        {
            line.Class.Leave(line);
        }

        user.Used = Counted(user);
        user.CountedUntil = Now;
        change(user);
        user.Score = user.Used + (user.AheadSeconds * Weight);
        user.AtLimit = policy.Now.RunningPerUserMax is { } max && user.Running >= max;
        foreach (var line in user.Lines)
        {
            line.Class.Enter(line);
        }
    }

    private void ForgetThoseWhoAreGone()
    {
        foreach (var name in _users.Values.Where(user => user is { Jobs: 0, Running: 0 }).Select(user => user.Name).ToList())
        {
            _users.Remove(name);
        }
    }

    private void Rebase()
    {
        // The weight may have overflowed if nobody asked for a long time: nothing is left of what was used then.
        var weight = Weight;
        _weightsFrom = Now;
        foreach (var user in _users.Values)
        {
            user.Used /= weight;
            Change(user, static _ => { });
        }
    }
}
