namespace Dpu.Keeper.Processes;

/// <summary>What the census must know about the attempts that run.</summary>
internal interface IProcessOwners
{
    /// <summary>The attempt whose first process this is; 0 for none.</summary>
    uint SerialOfLeader(int pid);

    /// <summary>The attempt whose processes were born with this key; 0 for none.</summary>
    uint SerialOfKey(uint key);

    /// <summary>The attempt that an environment belongs to; 0 for none.</summary>
    uint SerialOfEnvironment(ReadOnlySpan<byte> environment);
}

/// <summary>
/// Finds out which processes belong to which attempt: by their tag; for one that changed its own limits, by session and environment.
/// It answers "is anybody left?" truthfully although processes fork while it looks: it looks again at every number that was given
/// out meanwhile, until none was.
/// </summary>
internal sealed class Census(ProcessList processes, ProcessTag tag, IProcessOwners owners)
{
    private const uint NoOwner = uint.MaxValue;

    /// <summary>Numbers of processes known to be foreign are believed for this long only: numbers come round again.</summary>
    private const long BeliefMilliseconds = 2_000;

    private readonly int _keeper = Environment.ProcessId;
    private readonly long _keeperStart = ProcFiles.State(Environment.ProcessId)?.StartTicks ?? 0;
    private readonly List<int> _pids = [];
    private HashSet<int> _foreign = [];
    private HashSet<int> _foreignBefore = [];
    private readonly HashSet<int> _foreignYoung = [];
    private byte[] _environ = [];
    private long _takenAt = long.MinValue / 2;

    /// <summary>Members of each attempt by serial, the leaders among them.</summary>
    public Dictionary<uint, List<int>> Members { get; } = [];

    /// <summary>Processes of ours that belong to no attempt that we know of.</summary>
    public List<int> Unclaimed { get; } = [];

    /// <summary>
    /// Lists the members of one attempt that were born after its leader, which must be young: the kernel's numbers must not have gone
    /// round since (false when they just did). For a program that starts nothing this costs a few microseconds.
    /// </summary>
    public bool TrySince(int leader, uint serial, List<int> members)
    {
        members.Clear();
        var lookedUpTo = leader;
        while (processes.LastPidIsTrue && processes.LastPid() is var last && last >= lookedUpTo)
        {
            if (last == lookedUpTo)
            {
                return true;
            }

            for (var pid = lookedUpTo + 1; pid <= last; pid++)
            {
                if (IsMemberBornSince(pid, serial))
                {
                    members.Add(pid);
                }
            }

            lookedUpTo = last;
        }

        return false;
    }

    /// <summary>A stranger is looked at once, not again for every attempt that ends while he is young.</summary>
    private bool IsMemberBornSince(int pid, uint serial)
    {
        switch (tag.Read(pid, out var its))
        {
            case TagAnswer.Gone:
                return false;
            case TagAnswer.Ours:
                return its == serial || (its == 0 && OwnerOf(pid) == serial);
            default:
                if (_foreignYoung.Contains(pid))
                {
                    return false;
                }

                var owner = OwnerOf(pid);
                if (owner == NoOwner)
                {
                    _foreignYoung.Add(pid);
                }

                return owner == serial;
        }
    }

    /// <summary>Looks at every process.</summary>
    public void TakeAll(long nowMilliseconds)
    {
        Members.Clear();
        Unclaimed.Clear();
        _foreignYoung.Clear();
        (_foreign, _foreignBefore) = (_foreignBefore, _foreign);
        _foreign.Clear();
        if (nowMilliseconds - _takenAt > BeliefMilliseconds)
        {
            _foreignBefore.Clear();
        }

        _takenAt = nowMilliseconds;
        var lookedUpTo = processes.LastPid();
        PlaceAll();
        if (!processes.LastPidIsTrue)
        {
            PlaceAll();
            return;
        }

        while (processes.LastPid() is var last && last != lookedUpTo)
        {
            PlaceBornBetween(lookedUpTo, last);
            lookedUpTo = last;
        }
    }

    /// <summary>Asks again about one process: between looking and acting its number may have become another's.</summary>
    public bool IsMember(int pid, uint serial) => OwnerOf(pid) == serial;

    public IReadOnlyList<int> MembersOf(uint serial) => Members.TryGetValue(serial, out var members) ? members : [];

    private void PlaceBornBetween(int before, int last)
    {
        if (last < before)
        {
            PlaceAll();
            return;
        }

        for (var pid = before + 1; pid <= last; pid++)
        {
            Place(pid, listed: false);
        }
    }

    private void PlaceAll()
    {
        processes.ReadAll(_pids);
        foreach (var pid in _pids)
        {
            Place(pid, listed: true);
        }
    }

    private void Place(int pid, bool listed)
    {
        switch (OwnerOf(pid))
        {
            case NoOwner:
                _foreign.Add(pid);
                break;

            // Numbers that the list of processes does not have are threads, mostly our own.
            case 0 when listed:
                AddOnce(Unclaimed, pid);
                break;

            case 0:
                break;

            case var serial:
                if (!Members.TryGetValue(serial, out var members))
                {
                    Members[serial] = members = [];
                }

                AddOnce(members, pid);
                break;
        }
    }

    private static void AddOnce(List<int> pids, int pid)
    {
        if (!pids.Contains(pid))
        {
            pids.Add(pid);
        }
    }

    private uint OwnerOf(int pid)
    {
        if (owners.SerialOfLeader(pid) is var leader and not 0)
        {
            return leader;
        }

        var answer = tag.Read(pid, out var serial);
        if (pid == _keeper || answer == TagAnswer.Gone)
        {
            return NoOwner;
        }

        if (answer != TagAnswer.Ours && _foreignBefore.Contains(pid))
        {
            return NoOwner;
        }

        if (answer == TagAnswer.Refused)
        {
            answer = tag.ReadFile(pid, out serial);
        }

        if (answer == TagAnswer.Ours)
        {
            return serial != 0 ? serial : OwnerByBirth(pid);
        }

        return OwnerByState(pid, tagged: false);
    }

    /// <summary>For a process that was forked before its parent was tagged, or is being spawned at this moment.</summary>
    private uint OwnerByBirth(int pid)
    {
        // The numbers of our own threads are among those that were given out, and they carry our own tag, which is not to be changed.
        if (ProcFiles.IsOwnThread(pid))
        {
            return NoOwner;
        }

        if (BirthMark.Read(pid) is var key and not 0 && owners.SerialOfKey(key) is var owner and not 0)
        {
            tag.Mark(pid, owner);
            return owner;
        }

        return OwnerByState(pid, tagged: true);
    }

    /// <summary>
    /// For a process that changed its limits, or one from before its parent's tag where there are no birth marks. What is found out is
    /// written into its tag, for the sake of its children.
    /// </summary>
    private uint OwnerByState(int pid, bool tagged)
    {
        if (ProcFiles.State(pid) is not { } state || state.StartTicks < _keeperStart)
        {
            return NoOwner;
        }

        var owner = owners.SerialOfLeader(state.Session);
        owner = owner == 0 ? owners.SerialOfLeader(state.Parent) : owner;
        owner = owner == 0 ? owners.SerialOfEnvironment(ProcFiles.Environ(pid, ref _environ)) : owner;
        if (owner != 0)
        {
            tag.Mark(pid, owner);
            return owner;
        }

        return tagged || state.Parent == _keeper ? 0 : NoOwner;
    }
}
