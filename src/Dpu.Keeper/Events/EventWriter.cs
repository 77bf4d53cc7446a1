using System.Globalization;
using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Events;

/// <summary>Turns what happens to attempts into numbered events. Output that neither memory nor disk takes is counted and said.</summary>
internal sealed class EventWriter(EventLog log)
{
    private readonly FrameWriter _frame = new();
    private readonly Dictionary<AttemptId, long> _lost = [];

    public void Started(AttemptId attempt, int pid, DateTimeOffset at)
    {
        _frame.Clear();
        EventFrames.WriteStarted(_frame, attempt, pid, at);
        Append(mayBeLeftOut: false);
    }

    public void LaunchFailed(AttemptId attempt, string reason, DateTimeOffset at)
    {
        _frame.Clear();
        EventFrames.WriteLaunchFailed(_frame, attempt, reason, at);
        Append(mayBeLeftOut: false);
    }

    public void Output(AttemptId attempt, OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> bytes)
    {
        if (_lost.Count > 0)
        {
            SayWhatWasLost(attempt, at, mayFail: true);
        }

        _frame.Clear();
        EventFrames.WriteOutput(_frame, attempt, stream, at, bytes);
        if (_lost.ContainsKey(attempt) || !Append(mayBeLeftOut: true))
        {
            _lost[attempt] = _lost.GetValueOrDefault(attempt) + bytes.Length;
        }
    }

    public void Exited(AttemptId attempt, AttemptExit exit)
    {
        SayWhatWasLost(attempt, exit.EndedAt, mayFail: false);
        _frame.Clear();
        EventFrames.WriteExited(_frame, attempt, exit);
        Append(mayBeLeftOut: false);
    }

    private void SayWhatWasLost(AttemptId attempt, DateTimeOffset at, bool mayFail)
    {
        if (!_lost.TryGetValue(attempt, out var bytes))
        {
            return;
        }

        var line = string.Create(CultureInfo.InvariantCulture, $"[dpu: {bytes} bytes of output were lost here: the node's disk is full]\n");
        _frame.Clear();
        EventFrames.WriteOutput(_frame, attempt, OutputStream.Error, at, Encoding.UTF8.GetBytes(line));
        if (Append(mayFail))
        {
            _lost.Remove(attempt);
        }
    }

    private bool Append(bool mayBeLeftOut) => log.TryAppend(_frame.Written, mayBeLeftOut);
}
