using System.Diagnostics.CodeAnalysis;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>
/// What a node's tasks hold, and who waits for room. It keeps the rule that a node never runs more than it has, whatever it was
/// given; first come, first served.
/// </summary>
internal sealed class NodeLedger(Resources capacity)
{
    private readonly LinkedList<TaskStart> _waiting = [];
    private readonly Dictionary<AttemptId, Resources> _held = [];
    private int _cpusHeld;
    private long _memoryHeld;

    public int Waiting => _waiting.Count;

    public int Running => _held.Count;

    /// <summary>Whether the node could run it with nothing else there.</summary>
    public bool CanEverHold(Resources need) => need.Cpus <= capacity.Cpus && need.MemoryBytes <= capacity.MemoryBytes;

    public void Enqueue(TaskStart start) => _waiting.AddLast(start);

    /// <summary>Takes out all that waits, in order.</summary>
    public IReadOnlyList<TaskStart> TakeWaiting()
    {
        var waiting = _waiting.ToList();
        _waiting.Clear();
        return waiting;
    }

    /// <summary>Takes the next that fits, and holds its resources.</summary>
    public bool TryAdmit([NotNullWhen(true)] out TaskStart? start)
    {
        start = _waiting.First?.Value;
        if (start is null || _cpusHeld + start.Resources.Cpus > capacity.Cpus || _memoryHeld + start.Resources.MemoryBytes > capacity.MemoryBytes)
        {
            start = null;
            return false;
        }

        _waiting.RemoveFirst();
        Hold(start.Attempt, start.Resources);
        return true;
    }

    /// <summary>Counts something that runs already.</summary>
    public void Hold(AttemptId attempt, Resources resources)
    {
        if (_held.TryAdd(attempt, resources))
        {
            _cpusHeld += resources.Cpus;
            _memoryHeld += resources.MemoryBytes;
        }
    }

    /// <summary>Its processes are gone; again is a no-op.</summary>
    public void Release(AttemptId attempt)
    {
        if (_held.Remove(attempt, out var resources))
        {
            _cpusHeld -= resources.Cpus;
            _memoryHeld -= resources.MemoryBytes;
        }
    }

    /// <summary>Takes an attempt out of the queue; false when it does not wait there.</summary>
    public bool Withdraw(AttemptId attempt)
    {
        for (var entry = _waiting.First; entry is not null; entry = entry.Next)
        {
            if (entry.Value.Attempt == attempt)
            {
                _waiting.Remove(entry);
                return true;
            }
        }

        return false;
    }
}
