using Dpu.Domain.Jobs;

namespace Dpu.Actors.Frontend;

/// <summary>Which jobs are to be told when another one ends.</summary>
internal sealed class Waiters
{
    private readonly Dictionary<JobId, HashSet<JobId>> _byPrerequisite = [];
    private readonly Dictionary<JobId, HashSet<JobId>> _byWaiter = [];

    /// <summary>A job waits for these, too.</summary>
    public void Add(JobId waiter, IReadOnlyCollection<JobId> prerequisites)
    {
        foreach (var prerequisite in prerequisites)
        {
            SetOf(_byPrerequisite, prerequisite).Add(waiter);
            SetOf(_byWaiter, waiter).Add(prerequisite);
        }
    }

    /// <summary>The jobs that waited for this one, by rising number; they do so no longer.</summary>
    public IReadOnlyList<JobId> TakeThoseFor(JobId prerequisite)
    {
        if (!_byPrerequisite.Remove(prerequisite, out var waiters))
        {
            return [];
        }

        foreach (var waiter in waiters)
        {
            Drop(_byWaiter, waiter, prerequisite);
        }

        return [.. waiters.OrderBy(waiter => waiter.Value)];
    }

    /// <summary>A job waits for nobody any more.</summary>
    public void Remove(JobId waiter)
    {
        if (_byWaiter.Remove(waiter, out var prerequisites))
        {
            foreach (var prerequisite in prerequisites)
            {
                Drop(_byPrerequisite, prerequisite, waiter);
            }
        }
    }

    private static HashSet<JobId> SetOf(Dictionary<JobId, HashSet<JobId>> sets, JobId key)
    {
        if (!sets.TryGetValue(key, out var set))
        {
            sets.Add(key, set = []);
        }

        return set;
    }

    private static void Drop(Dictionary<JobId, HashSet<JobId>> sets, JobId key, JobId value)
    {
        if (sets.TryGetValue(key, out var set) && set.Remove(value) && set.Count == 0)
        {
            sets.Remove(key);
        }
    }
}
