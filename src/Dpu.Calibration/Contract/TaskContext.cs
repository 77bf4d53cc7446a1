using System.Globalization;

namespace Dpu.Calibration.Contract;

/// <summary>Everything a recipe is told by the runtime, its log, and where its results go.</summary>
internal sealed class TaskContext
{
    private readonly TaskFile _task;
    private readonly TextWriter _log;
    private readonly TimeProvider _clock;

    public TaskContext(TaskFile task, string workDirectory, TextWriter log, TimeProvider clock, ProcessParameters pars)
    {
        _task = task;
        _log = log;
        _clock = clock;
        WorkDirectory = workDirectory;
        Pars = pars;
        Results = new ResultsWriter(workDirectory, task.Attempt);
    }

    public string WorkDirectory { get; }

    /// <summary><c>job/task/attempt</c>.</summary>
    public string Attempt => _task.Attempt;

    public string Recipe => _task.Recipe;

    public string Step => _task.Step;

    /// <summary>The values of the <c>divide-by</c> keys that this task stands for.</summary>
    public Metadata Keys => _task.Keys;

    /// <summary>The options' values.</summary>
    public Metadata Parameters => _task.Parameters;

    /// <summary>The recipe's process parameters.</summary>
    public ProcessParameters Pars { get; }

    public ResultsWriter Results { get; }

    /// <summary>The time at which a product is made, UTC.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>The files of an input; empty when an optional one has none.</summary>
    public IReadOnlyList<TaskInput> Inputs(string name) => _task.Inputs.TryGetValue(name, out var files) ? files : [];

    /// <summary>The files of an input of which at least <paramref name="atLeast"/> are needed.</summary>
    public IReadOnlyList<TaskInput> Required(string name, int atLeast = 1)
    {
        var files = Inputs(name);
        return files.Count >= atLeast ? files : throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
            $"{Recipe} needs at least {atLeast} file{(atLeast == 1 ? "" : "s")} as input '{name}'; {files.Count} given."));
    }

    /// <summary>The one file of an input, or null.</summary>
    public TaskInput? Optional(string name) => Inputs(name) is [var first, ..] ? first : null;

    /// <summary>The one file of an input that must be there.</summary>
    public TaskInput Single(string name) => Required(name)[0];

    /// <summary>Writes a line <c>HH:MM:SS - text</c> (UTC) to the task's log.</summary>
    public void Log(string text) => _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.GetUtcNow():HH:mm:ss} - {text}"));
}
