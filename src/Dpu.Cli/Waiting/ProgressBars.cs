using Dpu.Cli.Output;
using Dpu.Client.Contracts;
using Spectre.Console;

namespace Dpu.Cli.Waiting;

/// <summary>A bar per job on a terminal's standard error, with its counts.</summary>
internal sealed class ProgressBars : IJobProgress
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _progress;
    private readonly Dictionary<int, ProgressTask> _bars = [];
    private readonly Lock _gate = new();

    private ProgressBars(IAnsiConsole console, ProgressContext progress) => (_console, _progress) = (console, progress);

    /// <summary>Runs <paramref name="work"/> with bars when standard error is a terminal that can show them, else without.</summary>
    public static async Task<T> RunAsync<T>(CliContext context, Func<IJobProgress, Task<T>> work)
    {
        if (!context.ErrorIsTerminal || context.Variable("TERM") is null or "dumb" or "")
        {
            return await work(new QuietProgress(context));
        }

        var plain = context.Variable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Error),
            Ansi = AnsiSupport.Yes,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        return await console.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress => await work(new ProgressBars(console, progress)));
    }

    public void Show(JobSummary job)
    {
        var description = Markup.Escape(Visible.Text($"{job.JobId} {job.Sequence} {job.Status} {job.Counts}"));
        var tasks = Math.Max(1, job.Counts.Total);
        lock (_gate)
        {
            if (!_bars.TryGetValue(job.JobId, out var bar))
            {
                bar = _bars[job.JobId] = _progress.AddTask(description, maxValue: tasks);
            }

            bar.MaxValue = tasks;
            bar.Value = job.HasEnded ? tasks : job.Counts.Total - job.Counts.S - job.Counts.U;
            bar.Description = description;
        }
    }

    public void Note(string message) => _console.WriteLine(Visible.Text(message));
}
