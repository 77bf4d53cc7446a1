namespace Dpu.Actors.Tests.Simulated;

/// <summary>Breaks something at random steps, a bounded number of times, and mends it after a while.</summary>
internal sealed class Chaos(ClusterSimulation cluster)
{
    private const int StrikesMax = 12;
    private const int StepsBetweenLateReportsMax = 100;

    /// <summary>Faults far apart find what one of them breaks; faults close together find what is not mended yet when the next one comes.</summary>
    private static readonly int[] StepsBetweenMax = [20, 100, 600];

    private readonly Random _random = new(cluster.World.Seed ^ 0x5eed);
    private int _left;
    private long _next;
    private long _nextLateReport;

    public void Begin()
    {
        _left = _random.Next(0, StrikesMax + 1);
        if (_random.Next(4) == 0)
        {
            // A store that fails now and then, all the time.
            cluster.Faults.FailBeforeWrite = 0.03;
            cluster.Faults.FailAfterWrite = 0.03;
            cluster.Faults.FailRead = 0.05;
        }

        if (_random.Next(3) == 0)
        {
            cluster.Faults.FailFiles = 0.05;
        }

        Aim();
    }

    /// <summary>Called after each step.</summary>
    public void MayStrike(long step)
    {
        if (_left > 0 && step >= _next)
        {
            _left--;
            Strike();
            Aim();
        }

        if (step >= _nextLateReport)
        {
            ReportLate();
            _nextLateReport = step + _random.Next(1, StepsBetweenLateReportsMax);
        }
    }

    /// <summary>An attempt that is over is reported again while a later one of its task runs: nothing may come of it.</summary>
    private void ReportLate()
    {
        var late = cluster.Keeper.History.Where(past => past.Value.Exit is not null && cluster.Witness.IsSuperseded(past.Key)).ToList();
        if (late.Count > 0)
        {
            var (attempt, recipe) = late[_random.Next(late.Count)];
            cluster.Service?.ReportLate(attempt, recipe.Exit!);
        }
    }

    public void End() => _left = 0;

    private void Aim() => _next = cluster.World.Dispatcher.Steps + _random.Next(1, StepsBetweenMax[_random.Next(StepsBetweenMax.Length)]);

    private void Strike()
    {
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                CrashService();
                break;
            case 3:
                cluster.Tell("keeper is killed");
                cluster.Keeper.Crash();
                break;
            case 4:
                CrashService();
                cluster.Tell("keeper is killed");
                cluster.Keeper.Crash();
                break;
            case 5 or 6:
                cluster.Tell("link is cut");
                cluster.Keeper.Cut();
                break;
            case 7:
                During("the journal fails", faults => (faults.FailBeforeWrite, faults.FailAfterWrite, faults.FailRead) = (0.5, 0.4, 0.3));
                break;
            case 8:
                During("the journal stalls", static faults => faults.Stalled = true);
                break;
            default:
                cluster.Witness.LogsNeverFailed = false;
                During("the logs fail", static faults => faults.LogsAreDown = true);
                break;
        }
    }

    private void CrashService()
    {
        cluster.KillService();
        cluster.World.Schedule(TimeSpan.FromSeconds(2) * _random.NextDouble(), cluster.StartService);
    }

    private void During(string what, Action<Faults> begin)
    {
        cluster.Tell(what);
        begin(cluster.Faults);
        cluster.World.Schedule(TimeSpan.FromSeconds(4) * _random.NextDouble(), () =>
        {
            cluster.Tell("the stores are well");
            var files = cluster.Faults.FailFiles;
            cluster.Faults.Stop();
            cluster.Faults.FailFiles = _left > 0 ? files : 0;
        });
    }
}
