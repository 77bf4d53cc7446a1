namespace Dpu.Journal.Logs;

/// <summary>Which tasks of a job a block holds, at most: the index has one row for each job in a block, not for each task.</summary>
internal readonly record struct TaskSpan(int First, int Last)
{
    public static TaskSpan Of(int task) => new(task, task);

    public TaskSpan With(int task) => new(Math.Min(First, task), Math.Max(Last, task));
}

/// <summary>The smallest and largest number of an incarnation in a block.</summary>
internal readonly record struct NumberSpan(long First, long Last)
{
    public static NumberSpan Of(long number) => new(number, number);

    public NumberSpan With(long number) => new(Math.Min(First, number), Math.Max(Last, number));
}

/// <summary>What the index tells of a block.</summary>
internal sealed class BlockSummary
{
    public Dictionary<int, TaskSpan> Jobs { get; } = [];

    public Dictionary<Guid, NumberSpan> Incarnations { get; } = [];

    public int Chunks { get; private set; }

    public void Add(in LogChunk chunk)
    {
        var job = chunk.Attempt.Job.Value;
        Jobs[job] = Jobs.TryGetValue(job, out var tasks) ? tasks.With(chunk.Attempt.Task) : TaskSpan.Of(chunk.Attempt.Task);
        Incarnations[chunk.Incarnation] = Incarnations.TryGetValue(chunk.Incarnation, out var numbers)
            ? numbers.With(chunk.SequenceNr)
            : NumberSpan.Of(chunk.SequenceNr);
        Chunks++;
    }

    public bool MayHold(LogSelection selection) =>
        Jobs.TryGetValue(selection.Job.Value, out var tasks) && (selection.Task is not { } task || (task >= tasks.First && task <= tasks.Last));
}

/// <summary>A block that is not on the disk yet. Changed and looked at under its store's lock.</summary>
internal sealed class PendingBlock(long number)
{
    private readonly LogRecordsWriter _records = new();

    public long Number { get; } = number;

    public BlockSummary Summary { get; } = new();

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Length => _records.Length;

    public bool IsEmpty => Summary.Chunks == 0;

    /// <summary>What it holds now; stays as it is when more is added.</summary>
    public ReadOnlyMemory<byte> Written => _records.Written;

    public void Add(in LogChunk chunk)
    {
        _records.Add(chunk);
        Summary.Add(chunk);
    }
}
