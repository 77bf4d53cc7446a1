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
    private readonly Dictionary<AttemptId, (long Bytes, EventLog.Keeping Why)> _lost = [];

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
        if (_lost.TryGetValue(attempt, out var lost))
        {
            _lost[attempt] = lost with { Bytes = lost.Bytes + bytes.Length };
        }
        else if (Append(mayBeLeftOut: true) is var kept and not EventLog.Keeping.Kept)
        {
            _lost[attempt] = (bytes.Length, kept);
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
        if (!_lost.TryGetValue(attempt, out var lost))
        {
            return;
        }

        var why = lost.Why == EventLog.Keeping.SpoolIsFull ? "as much as dpu.node.spool-max waits on the node" : "the node's disk is full";
        var line = string.Create(CultureInfo.InvariantCulture, $"[dpu: {lost.Bytes} bytes of output were lost here: {why}]\n");
        _frame.Clear();
        EventFrames.WriteOutput(_frame, attempt, OutputStream.Error, at, Encoding.UTF8.GetBytes(line));
        if (Append(mayFail) == EventLog.Keeping.Kept)
        {
            _lost.Remove(attempt);
        }
    }

    private EventLog.Keeping Append(bool mayBeLeftOut) => log.Append(_frame.Written, mayBeLeftOut);
}
