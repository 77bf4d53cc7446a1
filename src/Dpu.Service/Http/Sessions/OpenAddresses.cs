using System.Security.Cryptography;

namespace Dpu.Service.Http.Sessions;

/// <summary>Addresses that log a browser in once: a command that knows its user hands them to a browser that does not.</summary>
internal sealed class OpenAddresses(TimeProvider time)
{
    private const int CodeBytes = 24;
    private const int WaitingMax = 100;

    /// <summary>Until it is used: as long as it takes to start a browser, or to type it on a telephone.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    /// <param name="token">What the browser will show.</param>
    /// <param name="tokenExpires">Until when that is good.</param>
    public string Add(string token, DateTimeOffset tokenExpires)
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(CodeBytes));
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var old in _waiting.Where(waiting => waiting.Value.Until <= now).Select(waiting => waiting.Key).ToList())
            {
                _waiting.Remove(old);
            }

            while (_waiting.Count >= WaitingMax)
            {
                _waiting.Remove(_waiting.MinBy(waiting => waiting.Value.Until).Key);
            }

            _waiting.Add(code, new Waiting(token, tokenExpires, now + Life));
        }

        return code;
    }

    /// <summary>What the browser is to show from now on; null when there is no such address any more.</summary>
    public (string Token, DateTimeOffset Expires)? Take(string code)
    {
        lock (_gate)
        {
            return _waiting.Remove(code, out var found) && found.Until > time.GetUtcNow() ? (found.Token, found.TokenExpires) : null;
        }
    }

    private sealed record Waiting(string Token, DateTimeOffset TokenExpires, DateTimeOffset Until);
}
