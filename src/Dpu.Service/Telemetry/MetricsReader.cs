using System.Collections.Immutable;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;
using Dpu.Service.Http;

namespace Dpu.Service.Telemetry;

/// <summary>
/// All figures at one moment. Whatever cannot be read is left out, and a figure says so: a DPU in trouble is when they are looked at. However many ask, they are read once a second at most.
/// </summary>
internal sealed class MetricsReader(ApiServices services, Readiness readiness, RequestFigures requests)
{
    private const string OtherRecipes = "other";
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _readAt;
    private Task<IReadOnlyList<MetricFamily>>? _reading;

    public Task<IReadOnlyList<MetricFamily>> ReadAsync()
    {
        var time = services.System.Time;
        lock (_gate)
        {
            if (_reading is null || _reading.IsFaulted || (_reading.IsCompleted && time.GetElapsedTime(_readAt) > KeptFor))
            {
                (_reading, _readAt) = (ReadNowAsync(), time.GetTimestamp());
            }

            return _reading;
        }
    }

    private async Task<IReadOnlyList<MetricFamily>> ReadNowAsync() =>
    [
        .. Service(await readiness.WhyNotAsync() is null),
        .. await FromViewsAsync(),
        .. await FromSchedulerAsync(),
        .. FromJournal(),
        .. requests.Read(),
        .. services.Notifications.Board.Read(),
        .. ProcessFigures.Read(),
    ];

    private IEnumerable<MetricFamily> Service(bool isReady) =>
    [
        new(Metrics.Build, [Sample.Of(1, ("dpu", services.Options.Name), ("version", DpuEndpoints.Version), ("role", services.Role))]),
        new(Metrics.Started, [Sample.Of(services.StartedAt.ToUnixTimeMilliseconds() / 1000.0)]),
        new(Metrics.Ready, [Sample.Of(isReady ? 1 : 0)]),
        new(Metrics.DeadLetters, [Sample.Of(services.System.DeadLetters.Count)]),
        .. Disk(),
    ];

    private IEnumerable<MetricFamily> Disk()
    {
        var disk = new DriveInfo(services.Options.DataDirectory);
        return
        [
            new(Metrics.DataFree, [Sample.Of(disk.AvailableFreeSpace)]),
            new(Metrics.DataSize, [Sample.Of(disk.TotalSize)]),
        ];
    }

    private IEnumerable<MetricFamily> FromJournal() =>
    [
        new(Metrics.JournalEvents, [Sample.Of(services.Journal.HeadOrdering)]),
        services.Watched.Appends.Read(),
        new(Metrics.JournalFailures, [Sample.Of(services.Watched.Failures.Value)]),
    ];

    private async Task<IEnumerable<MetricFamily>> FromViewsAsync()
    {
        try
        {
            var head = services.Journal.HeadOrdering;
            var figures = await services.Readable.GetFiguresAsync(services.Stopping).WaitAsync(Patience, services.System.Time);
            return [new(Metrics.ViewsUp, [Sample.Of(1)]), new(Metrics.ViewsLag, [Sample.Of(Math.Max(0, head - figures.Checkpoint))]), .. Of(figures)];
        }
        catch (Exception error) when (error is JournalException or TimeoutException or OperationCanceledException)
        {
            return [new(Metrics.ViewsUp, [Sample.Of(0)])];
        }
    }

    private IEnumerable<MetricFamily> Of(Figures figures)
    {
        var waiting = figures.OldestQueued is { } since ? services.System.Time.GetUtcNow() - since : TimeSpan.Zero;
        return
        [
            new(Metrics.Jobs, [.. Enum.GetValues<JobStatus>().Select(status => Sample.Of(figures.Jobs.GetValueOrDefault(status), ("status", ApiMapping.StatusOf(status))))]),
            new(Metrics.JobsSubmitted, [Sample.Of(figures.Jobs.Values.Sum())]),
            new(Metrics.OldestQueued, [Sample.Of(waiting.TotalSeconds)]),
            new(Metrics.Tasks, Of(figures.Tasks)),
            new(Metrics.TasksUnfinished, Of(figures.Unfinished)),
            new(Metrics.Running, [Sample.Of(figures.RunningAttempts)]),
            new(Metrics.DatabaseBytes, [Sample.Of(figures.DatabaseBytes)]),
            .. ByRecipe(figures.Steps),
        ];
    }

    private static ImmutableArray<Sample> Of(TaskCounts counts) =>
    [
        Sample.Of(counts.Normal, ("outcome", "normal")),
        Sample.Of(counts.Error, ("outcome", "error")),
        Sample.Of(counts.Aborted, ("outcome", "aborted")),
        Sample.Of(counts.Submitted, ("outcome", "submitted")),
        Sample.Of(counts.Unknown, ("outcome", "unknown")),
    ];

    /// <summary>Recipes of the catalog by name; what users ship and the programs that they run have names that are theirs, and there are any number of them.</summary>
    private IEnumerable<MetricFamily> ByRecipe(ImmutableArray<StepFigures> steps)
    {
        var recipes = services.Recipes;
        var known = steps.ToLookup(step => recipes.Find(step.Step) is null ? OtherRecipes : step.Step, StringComparer.Ordinal);
        MetricFamily Each(Metric metric, Func<StepFigures, double> figure) =>
            new(metric, [.. known.Select(recipe => Sample.Of(recipe.Sum(figure), ("recipe", recipe.Key)))]);
        return
        [
            Each(Metrics.AttemptsStarted, static step => step.Started),
            new(Metrics.AttemptsEnded,
            [
                .. known.SelectMany(static recipe => new[]
                {
                    Sample.Of(recipe.Sum(static step => step.Normal), ("recipe", recipe.Key), ("outcome", "normal")),
                    Sample.Of(recipe.Sum(static step => step.Failed), ("recipe", recipe.Key), ("outcome", "failed")),
                    Sample.Of(recipe.Sum(static step => step.Lost), ("recipe", recipe.Key), ("outcome", "lost")),
                }),
            ]),
            Each(Metrics.AttemptSeconds, static step => step.WallSeconds),
            Each(Metrics.AttemptCpu, static step => step.CpuSeconds),
            Each(Metrics.Outputs, static step => step.Files),
            Each(Metrics.OutputBytes, static step => step.FileBytes),
        ];
    }

    private async Task<IEnumerable<MetricFamily>> FromSchedulerAsync()
    {
        try
        {
            var answer = await services.Scheduler.AskAsync<SchedulerMessage, NodeStatuses>(
                services.System, replyTo => new SchedulerMessage.GetNodes(replyTo), Patience, services.Stopping);
            return [new(Metrics.SchedulerUp, [Sample.Of(1)]), .. Of([.. answer.Nodes])];
        }
        catch (Exception error) when (error is AskTimeoutException or OperationCanceledException)
        {
            return [new(Metrics.SchedulerUp, [Sample.Of(0)])];
        }
    }

    private static IEnumerable<MetricFamily> Of(ImmutableArray<NodeStatus> nodes)
    {
        MetricFamily Each(Metric metric, Func<NodeStatus, double> figure) => new(metric, [.. nodes.Select(node => Sample.Of(figure(node), ("node", node.Name)))]);
        return
        [
            new(Metrics.Nodes, [.. Enum.GetValues<NodeState>().Select(state => Sample.Of(nodes.Count(node => node.State == state), ("state", state.ToString())))]),
            Each(Metrics.NodeUp, static node => node.State == NodeState.Up ? 1 : 0),
            Each(Metrics.NodeCpus, static node => node.Capacity.Cpus),
            Each(Metrics.NodeCpusHeld, static node => node.Held.Cpus),
            Each(Metrics.NodeMemory, static node => node.Capacity.MemoryBytes),
            Each(Metrics.NodeMemoryHeld, static node => node.Held.MemoryBytes),
            new(Metrics.NodeTasks,
            [
                .. nodes.SelectMany(static node => new[]
                {
                    Sample.Of(node.Tasks - node.Waiting, ("node", node.Name), ("place", "running")),
                    Sample.Of(node.Waiting, ("node", node.Name), ("place", "waiting")),
                }),
            ]),
            new(Metrics.NodeDisk, [.. nodes.Where(static node => node.About.DiskBytes is not null).Select(static node => Sample.Of(node.About.DiskBytes!.Value, ("node", node.Name)))]),
        ];
    }
}
