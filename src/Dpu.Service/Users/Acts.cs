using Dpu.Actors.Users;
using Dpu.Domain.Users;
using Dpu.Kernel;

namespace Dpu.Service.Users;

/// <summary>
/// Puts into the audit what people do that no other event tells. Nobody waits for it. Looking is noted once an hour for each who looks and what at: programs ask every second.
/// </summary>
internal sealed class Acts(IActorRef<UsersMessage> users, TimeProvider time)
{
    private const int LooksMax = 1000;
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string By, string Thing), long> _looks = [];

    /// <summary>Somebody did something.</summary>
    /// <param name="by">Who; nothing is noted of visitors.</param>
    /// <param name="action">What, in a word or two.</param>
    /// <param name="thing">To what, as <c>job 12</c>; empty for the DPU itself.</param>
    /// <param name="owner">Whose that is; null for nobody's in particular.</param>
    /// <param name="detail">More about it; nothing secret.</param>
    public void Note(Caller by, string action, string thing, string? owner = null, string detail = "")
    {
        if (by.Name is not null)
        {
            users.Tell(new UsersMessage.Note(new UserCommand.Act(action, thing, owner, detail, by)));
        }
    }

    /// <summary>An operator looked into what only <paramref name="owner"/> sees otherwise.</summary>
    public void NoteLook(Caller by, string thing, string owner)
    {
        if (by.Name is { } name && name != owner && IsNews((name, thing)))
        {
            Note(by, "look", thing, owner);
        }
    }

    private bool IsNews((string By, string Thing) look)
    {
        lock (_gate)
        {
            if (_looks.TryGetValue(look, out var last) && time.GetElapsedTime(last) < LookAgain)
            {
                return false;
            }

            if (_looks.Count >= LooksMax)
            {
                // Told once more than needed, at worst.
                _looks.Clear();
            }

            _looks[look] = time.GetTimestamp();
            return true;
        }
    }
}
