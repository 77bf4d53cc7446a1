using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>A task that was given to a node.</summary>
internal sealed class Placed(KnownStep step, int task, KnownNode node, Resources need, DateTimeOffset since)
{
    public KnownJob Job => Step.Job;

    public KnownStep Step { get; } = step;

    public int Task { get; } = task;

    public KnownNode Node { get; } = node;

    public Resources Need { get; } = need;

    public DateTimeOffset Since { get; } = since;

    /// <summary>How long it was expected to take when it was given: what was counted ahead is taken back by this.</summary>
    public double? SecondsThen { get; } = step.Seconds;

    /// <summary>Short tasks wait in their node's backlog: they are counted by what they ran, when they end.</summary>
    public bool CountsAsItRuns { get; } = !step.IsShort;

    /// <summary>Given to see whether the node is well again.</summary>
    public bool IsProbe { get; init; }

    /// <summary>When it will end by what is known now; null when nobody knows. One that should have ended may end at any moment.</summary>
    public DateTimeOffset? EndsAt(DateTimeOffset now) =>
        Step.Seconds is { } seconds ? Since.AddSeconds(Math.Min(seconds, 1e9)) is var end && end > now ? end : now : null;
}

/// <summary>A node: what it has, what it was given, whether it can be given more.</summary>
internal sealed class KnownNode(string name)
{
    private readonly Dictionary<KnownStep, int> _steps = [];

    public string Name { get; } = name;

    public Guid Incarnation { get; set; }

    public Resources Capacity { get; set; }

    public NameSet Tags { get; set; }

    /// <summary>Programs of recipes that it does not have.</summary>
    public NameSet Missing { get; set; }

    public NodeAbout About { get; set; } = NodeAbout.Nothing;

    /// <summary>Whether what takes so long would end in its time. What nobody knows the length of is given and may be given back.</summary>
    public bool HasTimeFor(double? seconds, DateTimeOffset now) =>
        seconds is not { } length || About.EndsAt is not { } end || now.AddSeconds(Math.Min(length, 1e9)) <= end;

    /// <summary>It can be told something.</summary>
    public bool Up { get; set; }

    /// <summary>An operator drained it.</summary>
    public bool Drained { get; set; }

    /// <summary>Something may be given to it, as far as people and links are concerned.</summary>
    public bool TakesWork => Up && !Drained;

    public DateTimeOffset? JoinedAt { get; set; }

    /// <summary>Since when it is not up; null while it is, and when nobody knows.</summary>
    public DateTimeOffset? AwaySince { get; set; }

    /// <summary>When its tasks are taken for lost.</summary>
    public DateTimeOffset? LostAt { get; set; }

    /// <summary>It said that it goes.</summary>
    public bool LeftInOrder { get; set; }

    /// <summary>Why it was given up; null when it was not.</summary>
    public string? LostBecause { get; set; }

    /// <summary>Room that is kept on it.</summary>
    public KeptRoom? Kept { get; set; }

    /// <summary>Steps all of whose tasks have to run here.</summary>
    public HashSet<KnownStep> ChosenBy { get; } = [];

    public HashSet<Placed> Placed { get; } = [];

    /// <summary>What the tasks there hold together; with short ones given ahead, more than it has.</summary>
    public Resources Held { get; private set; }

    public Resources Free => Capacity.Less(Held);

    /// <summary>Something that is not known to be short was given to it.</summary>
    public bool HoldsLong => _steps.Keys.Any(static step => !step.IsShort);

    /// <summary>Whether it could be given anything at all.</summary>
    public bool HasRoom => Held.Cpus < Capacity.Cpus || MayBeGivenAhead;

    /// <summary>Nothing is given ahead behind long tasks: another node might be free sooner.</summary>
    public bool MayBeGivenAhead =>
        !HoldsLong && Backlog.MayGrow(Capacity.Cpus, Held.Cpus, _steps.Sum(static step => step.Key.Need.Resources.Cpus * step.Value * (step.Key.MeanSeconds ?? 0)));

    /// <summary>How many of its tasks run, by what it has: it starts them as they came, and the next one when there is room for it.</summary>
    public int RunningAtOnce()
    {
        if (Held.FitsIn(Capacity))
        {
            return Placed.Count;
        }

        var (room, running) = (Capacity, 0);
        foreach (var placed in Placed.OrderBy(static placed => placed.Since))
        {
            room = room.Less(placed.Need);
            if (room.Cpus < 0 || room.MemoryBytes < 0)
            {
                break;
            }

            running++;
        }

        return running;
    }

    public void Add(Placed placed)
    {
        Placed.Add(placed);
        Held = Held.Plus(placed.Need);
        _steps[placed.Step] = _steps.GetValueOrDefault(placed.Step) + 1;
    }

    public void Remove(Placed placed)
    {
        Placed.Remove(placed);
        Held = Held.Less(placed.Need);
        if (--_steps[placed.Step] == 0)
        {
            _steps.Remove(placed.Step);
        }
    }
}
