namespace Dpu.Kernel;

/// <content>Failure, restart and stop.</content>
internal abstract partial class ActorCell
{
    private RestartHistory? _restarts;
    private CancellationTokenSource? _stoppingSource;
    private Random? _random;

    public Random Random => _random ??= System.CreateRandom(Path);

    /// <summary>Cancelled as soon as somebody asks the actor to stop. For the running turn.</summary>
    public CancellationToken Stopping
    {
        get
        {
            if (_stoppingSource is null)
            {
                _stoppingSource = new CancellationTokenSource();
                if (_stopRequested)
                {
                    _stoppingSource.Cancel();
                }
            }

            return _stoppingSource.Token;
        }
    }

    private void CancelStopping() => _stoppingSource?.Cancel();

    private async Task RecoverFromFailureAsync(Exception reason)
    {
        while (true)
        {
            if (_stopRequested)
            {
                LogFailedWhileStopping(reason);
                return;
            }

            if (Decide(reason) is not { } delay)
            {
                _stopRequested = true;
                CancelStopping();
                return;
            }

            await LeaveInstanceAsync(reason);
            await WaitAsync(delay);
            if (_stopRequested)
            {
                return;
            }

            try
            {
                await StartInstanceAsync();
                return;
            }
            catch (Exception again)
            {
                reason = again;
            }
        }
    }

    /// <returns>The delay before a restart, or null when the actor must stop.</returns>
    private TimeSpan? Decide(Exception reason)
    {
        switch (Supervision)
        {
            case SupervisorStrategy.Restart restart:
                if ((_restarts ??= new RestartHistory()).Next(restart, System.Time.GetUtcNow(), Random) is { } delay)
                {
                    Log.Restarting(System.Logger, Path, Kind, delay, reason);
                    return delay;
                }

                Log.TooManyRestarts(System.Logger, Path, Kind, restart.MaxRestarts, restart.Within, reason);
                _parent.OnChildEscalated(this, reason);
                return null;
            case SupervisorStrategy.Escalate:
                Log.Escalating(System.Logger, Path, Kind, reason);
                _parent.OnChildEscalated(this, reason);
                return null;
            case SupervisorStrategy.Stop:
                Log.StoppingAfterFailure(System.Logger, Path, Kind, reason);
                return null;
            default:
                throw new InvalidOperationException($"The kernel does not know the strategy {Supervision.GetType().Name}.");
        }
    }

    private async Task LeaveInstanceAsync(Exception reason)
    {
        await StopChildrenAsync();
        // A child that went down with a failure of its own cannot fail the instance that comes next.
        _escalated = null;
        UnwatchAll();
        try
        {
            await DropInstanceAsync(reason);
        }
        catch (Exception hook)
        {
            Log.HookFailed(System.Logger, Path, Kind, "OnRestartAsync", hook);
        }
    }

    private async Task WaitAsync(TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await Task.Delay(delay, System.Time, Stopping);
        }
        catch (OperationCanceledException)
        {
            // Somebody asked the actor to stop; the caller looks at that.
        }
    }

    private async Task StopAsync()
    {
        _busy = true;
        _stopping = true;
        CancelStopping();
        CloseMailbox();
        await StopChildrenAsync();
        UnwatchAll();
        try
        {
            await StopInstanceAsync();
        }
        catch (Exception hook)
        {
            Log.HookFailed(System.Logger, Path, Kind, "OnStopAsync", hook);
        }

        Leave();
    }

    /// <summary>The end: from here on the address leads nowhere. <see cref="_busy"/> stays set for good.</summary>
    private void Leave()
    {
        _stopped = true;
        _system.Close();
        // The parent first: who learns of the end can use the name again.
        _parent.OnChildStopped(this);
        while (_system.TryDequeue(out var message))
        {
            Handle((SystemMessage)message);
        }

        foreach (var watcher in _watchers ?? [])
        {
            watcher.OnTerminated(this);
        }

        _watchers = null;
    }

    private void LogFailedWhileStopping(Exception reason)
    {
        // Giving up on Context.Stopping is what a stopping actor is asked to do.
        if (reason is not OperationCanceledException)
        {
            Log.FailedWhileStopping(System.Logger, Path, Kind, reason);
        }
    }
}
