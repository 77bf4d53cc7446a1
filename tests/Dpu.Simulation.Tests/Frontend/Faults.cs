namespace Dpu.Simulated;

/// <summary>How unreliable the stores are now. It belongs to the world: a new service finds the same disk.</summary>
internal sealed class Faults
{
    private TaskCompletionSource? _resumed;
    private bool _logsAreDown;

    /// <summary>Shares of appends that fail before, or after they were written.</summary>
    public double FailBeforeWrite { get; set; }

    public double FailAfterWrite { get; set; }

    /// <summary>The share of reads of journal and views that fail.</summary>
    public double FailRead { get; set; }

    /// <summary>The share of stagings, in or out, that fail.</summary>
    public double FailFiles { get; set; }

    /// <summary>While set, nothing can be added to the logs.</summary>
    public bool LogsAreDown
    {
        get => _logsAreDown;
        set => (_logsAreDown, LogsHaveFailed) = (value, LogsHaveFailed || value);
    }

    /// <summary>Whether they ever were: lines may be late.</summary>
    public bool LogsHaveFailed { get; private set; }

    /// <summary>While set, the journal does not answer.</summary>
    public bool Stalled
    {
        get => _resumed is not null;
        set
        {
            if (value != Stalled)
            {
                _resumed?.SetResult();
                _resumed = value ? new TaskCompletionSource() : null;
            }
        }
    }

    public async Task WaitWhileStalledAsync(CancellationToken cancellationToken)
    {
        while (_resumed is { } resumed)
        {
            await resumed.Task.WaitAsync(cancellationToken);
        }
    }

    public void Stop()
    {
        FailBeforeWrite = FailAfterWrite = FailRead = FailFiles = 0;
        LogsAreDown = Stalled = false;
    }
}
