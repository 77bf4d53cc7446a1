namespace Dpu.Domain.Scheduling;

/// <summary>What one user has used and holds. Changed by <see cref="Shares"/> only.</summary>
internal sealed class KnownUser(string name)
{
    public string Name { get; } = name;

    /// <summary>How many of his tasks were given to nodes and have not ended.</summary>
    public int Running { get; set; }

    /// <summary>Cpus on which the time of what runs is counted as it passes.</summary>
    public int CountingCpus { get; set; }

    /// <summary>What was counted ahead for what runs, in cpu-seconds.</summary>
    public double AheadSeconds { get; set; }

    /// <summary>What was used, in units of <see cref="Shares"/> that never decay.</summary>
    public double Used { get; set; }

    /// <summary>Until when time was counted.</summary>
    public DateTimeOffset CountedUntil { get; set; }

    /// <summary>Who has less comes first.</summary>
    public double Score { get; set; }

    /// <summary>He runs as many tasks as he may: none of his lines stands in its class's order.</summary>
    public bool AtLimit { get; set; }

    /// <summary>How many jobs of his are known.</summary>
    public int Jobs { get; set; }

    /// <summary>Where something of his waits.</summary>
    public List<UserLine> Lines { get; } = [];
}
