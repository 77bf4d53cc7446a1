using Dpu.Client.Contracts;

namespace Dpu.Client.Http;

/// <summary>
/// How far a log was read. A stream that is opened again begins at the beginning; lines of one stream of one attempt keep
/// their order, so counting them tells which were seen.
/// </summary>
internal sealed class LogPosition
{
    private readonly Dictionary<(int Task, int Attempt, string Stream), int> _seen = [];
    private readonly Dictionary<(int Task, int Attempt, string Stream), int> _now = [];

    /// <summary>The stream is opened, for the first time or again.</summary>
    public void Rewind() => _now.Clear();

    public bool IsNew(LogLine line)
    {
        var key = (line.Task, line.Attempt, line.Stream);
        var number = _now[key] = _now.GetValueOrDefault(key) + 1;
        if (number <= _seen.GetValueOrDefault(key))
        {
            return false;
        }

        _seen[key] = number;
        return true;
    }
}
