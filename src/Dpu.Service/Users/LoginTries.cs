using System.Net;
using System.Net.Sockets;
using Dpu.Domain.Users;

namespace Dpu.Service.Users;

/// <summary>
/// Counts wrong passwords by name and by address, in memory. A try is counted before its password is looked at, and taken back when that was right: many at once are as many tries. Names that
/// nobody has are counted like others, so that the answer does not tell them apart.
/// </summary>
/// <remarks>Each table is bounded. When it is full, who has the least to wait for is forgotten: an attacker who fills it with names forgets his own.</remarks>
internal sealed class LoginTries(LockOut perName, LockOut perAddress, TimeProvider time)
{
    public const int EntriesMax = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tries> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Tries> _addresses = new(StringComparer.Ordinal);

    /// <summary>How many names are being counted.</summary>
    public int NamesCounted
    {
        get
        {
            lock (_gate)
            {
                return _names.Count;
            }
        }
    }

    /// <summary>How long this login has to wait; nothing when it may be looked at, and is counted.</summary>
    public TimeSpan Begin(string name, IPAddress? from)
    {
        lock (_gate)
        {
            var (byName, byAddress) = (Find(_names, KeyOf(name), perName), Find(_addresses, KeyOf(from), perAddress));
            var (ofName, ofAddress) = (WaitOf(byName, perName), WaitOf(byAddress, perAddress));
            var wait = ofName > ofAddress ? ofName : ofAddress;
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            Count(_names, KeyOf(name), perName);
            Count(_addresses, KeyOf(from), perAddress);
            return TimeSpan.Zero;
        }
    }

    /// <summary>The password was right: nothing counts against the name any more, and this try not against the address.</summary>
    public void Right(string name, IPAddress? from)
    {
        lock (_gate)
        {
            _names.Remove(KeyOf(name));
            TakeBack(_addresses, KeyOf(from));
        }
    }

    /// <summary>The password was not looked at.</summary>
    public void NotTried(string name, IPAddress? from)
    {
        lock (_gate)
        {
            TakeBack(_names, KeyOf(name));
            TakeBack(_addresses, KeyOf(from));
        }
    }

    /// <summary>The password was wrong. Tells how many tries there were when the name has to wait from now on and was free before; else null.</summary>
    public int? Wrong(string name)
    {
        lock (_gate)
        {
            if (_names.GetValueOrDefault(KeyOf(name)) is not { IsTold: false } tries || perName.WaitAfter(tries.Count) == TimeSpan.Zero)
            {
                return null;
            }

            tries.IsTold = true;
            return (int)Math.Ceiling(tries.Count);
        }
    }

    /// <summary>How long the next login of a name has to wait.</summary>
    public TimeSpan WaitOf(string name)
    {
        lock (_gate)
        {
            return WaitOf(Find(_names, KeyOf(name), perName), perName);
        }
    }

    /// <summary>An operator's word: what counted against a name does not any more.</summary>
    public void Forget(string name)
    {
        lock (_gate)
        {
            _names.Remove(KeyOf(name));
        }
    }

    private static string KeyOf(string name) => UserNames.FlawOf(name) is null ? name : "";

    /// <summary>A host with IPv6 has a whole network of addresses (RFC 6177): they count as one.</summary>
    private static string KeyOf(IPAddress? address)
    {
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
        }

        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "";
    }

    private Tries? Find(Dictionary<string, Tries> table, string key, LockOut rule)
    {
        if (!table.TryGetValue(key, out var tries))
        {
            return null;
        }

        if (rule.After(tries.Count, time.GetElapsedTime(tries.Last)) > 0)
        {
            return tries;
        }

        table.Remove(key);
        return null;
    }

    private TimeSpan WaitOf(Tries? tries, LockOut rule)
    {
        if (tries is null)
        {
            return TimeSpan.Zero;
        }

        var left = rule.WaitAfter(tries.Count) - time.GetElapsedTime(tries.Last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Count(Dictionary<string, Tries> table, string key, LockOut rule)
    {
        if (Find(table, key, rule) is not { } tries)
        {
            MakeRoom(table, rule);
            table.Add(key, tries = new Tries());
        }

        tries.Count = rule.After(tries.Count, time.GetElapsedTime(tries.Last)) + 1;
        tries.Last = time.GetTimestamp();
    }

    private static void TakeBack(Dictionary<string, Tries> table, string key)
    {
        if (table.TryGetValue(key, out var tries))
        {
            tries.Count = Math.Max(0, tries.Count - 1);
        }
    }

    private void MakeRoom(Dictionary<string, Tries> table, LockOut rule)
    {
        if (table.Count < EntriesMax)
        {
            return;
        }

        foreach (var key in table.OrderBy(entry => rule.After(entry.Value.Count, time.GetElapsedTime(entry.Value.Last))).Take(EntriesMax / 10).Select(entry => entry.Key).ToList())
        {
            table.Remove(key);
        }
    }

    private sealed class Tries
    {
        public double Count { get; set; }

        public long Last { get; set; }

        public bool IsTold { get; set; }
    }
}
