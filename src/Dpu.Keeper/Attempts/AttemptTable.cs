using System.Globalization;
using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper.Attempts;

/// <summary>The attempts that are known, by everything that they are looked up by.</summary>
internal sealed class AttemptTable(string environmentMarker) : IProcessOwners
{
    private const long OlderKeys = 16;
    private const uint SerialMax = uint.MaxValue - 1;

    private readonly byte[] _marker = Encoding.UTF8.GetBytes(environmentMarker);
    private readonly Dictionary<AttemptId, Attempt> _known = [];
    private readonly SortedDictionary<uint, Attempt> _waiting = [];
    private readonly Dictionary<uint, Attempt> _running = [];
    private readonly Dictionary<int, uint> _leaders = [];

    public IReadOnlyCollection<Attempt> Known => _known.Values;

    public IReadOnlyCollection<Attempt> AllRunning => _running.Values;

    public int WaitingCount => _waiting.Count;

    /// <summary>Attempts whose processes run or are about to.</summary>
    public int ActiveCount => _waiting.Count + _running.Count;

    public uint NewestSerial { get; private set; }

    /// <summary>The oldest attempt whose process is not known yet; the largest number when there is none.</summary>
    public uint OldestWaiting => _waiting.Count > 0 ? _waiting.Keys.First() : uint.MaxValue;

    /// <summary>A new attempt, waiting for its process; null when it is known already.</summary>
    public Attempt? TryAdd(LaunchRequest request)
    {
        if (_known.ContainsKey(request.Attempt))
        {
            return null;
        }

        NewestSerial = NewestSerial == SerialMax ? 1 : NewestSerial + 1;
        var attempt = new Attempt(request.Attempt, request.Limits, NewestSerial);
        _known.Add(attempt.Id, attempt);
        _waiting.Add(attempt.Serial, attempt);
        return attempt;
    }

    public Attempt? Find(AttemptId id) => _known.GetValueOrDefault(id);

    public Attempt? Running(uint serial) => _running.GetValueOrDefault(serial);

    public bool IsActive(uint serial) => _running.ContainsKey(serial) || _waiting.ContainsKey(serial);

    /// <summary>Its spawning is over.</summary>
    public Attempt TakeWaiting(uint serial) =>
        _waiting.Remove(serial, out var attempt) ? attempt : throw new InvalidOperationException($"Nothing was spawned as {serial}.");

    public void Begin(Attempt attempt, AttemptProcess process)
    {
        attempt.Process = process;
        _running.Add(attempt.Serial, attempt);
        _leaders.Add(process.Pid, attempt.Serial);
    }

    public void End(Attempt attempt, AttemptProcess process)
    {
        attempt.HasEnded = true;
        attempt.Process = null;
        _running.Remove(attempt.Serial);
        _leaders.Remove(process.Pid);
    }

    /// <summary>Its end has been acknowledged.</summary>
    public void Forget(AttemptId id) => _known.Remove(id);

    public uint SerialOfLeader(int pid) => _leaders.GetValueOrDefault(pid);

    public uint SerialOfKey(uint key)
    {
        // The newest attempt that had this key, and those before it, whose process could only live on if thousands ran at a time.
        var newest = NewestSerial - ((BirthMark.KeyOf(NewestSerial) + BirthMark.Keys - key) % BirthMark.Keys);
        for (long serial = newest; serial > 0 && newest - serial <= OlderKeys * BirthMark.Keys; serial -= BirthMark.Keys)
        {
            if (IsActive((uint)serial))
            {
                return (uint)serial;
            }
        }

        return 0;
    }

    public uint SerialOfEnvironment(ReadOnlySpan<byte> environment)
    {
        if (environment.IndexOf(_marker) < 0)
        {
            return 0;
        }

        foreach (var attempt in _running.Values)
        {
            if (ProcFiles.Holds(environment, string.Create(CultureInfo.InvariantCulture, $"{SpawnThreads.AttemptVariable}={attempt.Id}")))
            {
                return attempt.Serial;
            }
        }

        return 0;
    }
}
