using Dpu.Domain.Execution;

namespace Dpu.Actors.Nodes;

/// <summary>
/// How far an attempt's files are on their way to its work directory, or from there. Whoever moves them counts, whoever wants to know looks: nothing is told, so that it costs
/// nothing. Safe for use by several threads.
/// </summary>
public sealed class FilesProgress
{
    private volatile Counted? _counted;

    /// <summary>So many files begin to be moved; what was counted before is over.</summary>
    /// <param name="files">How many.</param>
    /// <param name="bytes">Their length together; null when that is not known.</param>
    public void Begin(int files, long? bytes) => _counted = new Counted(files, bytes);

    /// <summary>One of them begins.</summary>
    public FileProgress Next() => new(_counted);

    /// <summary>Nothing is being moved.</summary>
    internal void Clear() => _counted = null;

    /// <summary>How far they are now; null while nothing is moved.</summary>
    public FilesMoved? Read() => _counted?.Read();

    internal sealed class Counted(int files, long? bytes)
    {
        private int _done;
        private long _bytesDone;

        public void Add(long moved) => Interlocked.Add(ref _bytesDone, moved);

        public void Finish() => Interlocked.Increment(ref _done);

        public FilesMoved Read() => new(Volatile.Read(ref _done), files, Interlocked.Read(ref _bytesDone), bytes);
    }
}

/// <summary>One file on its way. For one thread at a time.</summary>
public sealed class FileProgress
{
    private readonly FilesProgress.Counted? _counted;
    private long _position;

    internal FileProgress(FilesProgress.Counted? counted) => _counted = counted;

    /// <summary>So much of it is there, in bytes; less than before when it has to begin anew.</summary>
    public void At(long position)
    {
        _counted?.Add(position - _position);
        _position = position;
    }

    /// <summary>All of it is there.</summary>
    public void Done(long sizeBytes)
    {
        At(sizeBytes);
        _counted?.Finish();
    }
}
