namespace Dpu.Kernel;

/// <summary>
/// Turns on the thread pool. What a turn wakes runs right after it on its own thread, as long as that is only a little: to wake another
/// thread costs more than most turns, and takes a processor from the recipes.
/// </summary>
internal sealed class PoolTurns
{
    /// <summary>What is woken beyond these may as well run on another thread, if there is one.</summary>
    private const int KeptMax = 4;

    /// <summary>After so long the thread goes back to the pool, whose other users wait for their turn too.</summary>
    private static readonly TimeSpan Stint = TimeSpan.FromMilliseconds(2);

    [ThreadStatic]
    private static PoolTurns? _ofThisThread;

    private readonly Queue<ActorCell> _kept = new(KeptMax);
    private TimeProvider _time = TimeProvider.System;
    private long _began;
    private bool _working;

    /// <summary>Schedules a turn, from any thread; it never runs inside this call.</summary>
    public static void Schedule(ActorCell cell)
    {
        if (_ofThisThread is not { } own || !own.TryKeep(cell))
        {
            Queue(cell);
        }
    }

    /// <summary>Runs a turn that the pool gave to this thread, and those that it brings about.</summary>
    public static void Run(ActorCell cell) => (_ofThisThread ??= new PoolTurns()).Work(cell);

    // Unsafe: the sender's ExecutionContext is not an actor's business, and capturing it would cost on every message.
    private static void Queue(ActorCell cell) => ThreadPool.UnsafeQueueUserWorkItem(cell, preferLocal: false);

    private bool TryKeep(ActorCell cell)
    {
        if (!_working || _kept.Count == KeptMax || IsOver)
        {
            return false;
        }

        _kept.Enqueue(cell);
        return true;
    }

    private bool IsOver => _time.GetElapsedTime(_began) >= Stint;

    private void Work(ActorCell cell)
    {
        _working = true;
        _time = cell.System.Time;
        _began = _time.GetTimestamp();
        try
        {
            cell.RunTurn();
            while (!IsOver && _kept.TryDequeue(out var next))
            {
                next.RunTurn();
            }
        }
        finally
        {
            // Also when the kernel itself failed: these turns are counted as scheduled, and nobody else would run them.
            _working = false;
            while (_kept.TryDequeue(out var left))
            {
                Queue(left);
            }
        }
    }
}
