using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Journal.Catalog;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Folds events into the view tables of one database. Its caller opens the transactions; the checkpoint is part of each, so that the tables always
/// equal the fold of the journal up to it.
/// </summary>
internal sealed class Projector
{
    private const string Name = "views";

    private readonly Database _database;
    private readonly JobContexts _contexts;
    private readonly JobsProjection _jobs;
    private readonly FilesProjection _files;
    private readonly FindingsProjection _findings;
    private readonly StatisticsProjection _statistics;
    private readonly HistoryProjection _history;
    private readonly AuditProjection _audit;
    private readonly MomentsProjection _moments;
    private readonly WorkProjection _work;
    private readonly EndsProjection _ends;
    private long _committed;

    public Projector(Database database)
    {
        _database = database;
        _contexts = new JobContexts(database);
        _jobs = new JobsProjection(database, _contexts);
        _files = new FilesProjection(database);
        _findings = new FindingsProjection(database);
        _statistics = new StatisticsProjection(database);
        _history = new HistoryProjection(database);
        _audit = new AuditProjection(database);
        _moments = new MomentsProjection(database);
        _work = new WorkProjection(database);
        _ends = new EndsProjection(database);
        database.Transaction(Open);
    }

    /// <summary>The ordering of the last event that the tables hold.</summary>
    public long Checkpoint { get; private set; }

    public void Apply(JournalEntry entry)
    {
        _audit.Apply(entry, job => _contexts.Get(job).User);
        switch (entry.Event)
        {
            case JobEvent.Submitted submitted:
                var added = _jobs.Apply(submitted, entry.Ordering);
                _history.Apply(submitted);
                _work.Apply(added, submitted);
                _moments.Apply(added, entry.SequenceNr, submitted.At);
                break;
            case JobEvent job:
                var context = _contexts.Get(JobOf(entry));
                var (hadStarted, hadEnded) = (context.StartedAt is not null, context.EndedAt is not null);
                context.Changed = entry.Ordering;
                Apply(context, job);
                _work.Apply(context, hadStarted, hadEnded, job.At);
                _moments.Apply(context, entry.SequenceNr, job.At);
                break;
            case CatalogEvent.FilesRegistered registered:
                _files.Apply(registered);
                break;
            case CatalogEvent unknown:
                throw new InvalidOperationException($"The views know no catalog event {unknown.GetType().Name}.");
            default:
                // Events of other aggregates: nothing of theirs is shown.
                break;
        }

        Checkpoint = entry.Ordering;
    }

    /// <summary>Writes what was summed up since the last call, and the checkpoint.</summary>
    public void Flush()
    {
        _contexts.Flush();
        _statistics.Flush();
        _history.Flush();
        _work.Flush();
        _ends.Flush();
        _database.Prepare("UPDATE projections SET ordering = ? WHERE name = ?").Bind(Checkpoint).Bind(Name).Run();
    }

    /// <summary>The transaction of the last <see cref="Flush"/> was committed.</summary>
    public void Committed() => _committed = Checkpoint;

    public void Empty()
    {
        foreach (var table in ViewTables.Names)
        {
            _database.Prepare($"DELETE FROM {table}").Run();
        }

        Forget();
        Checkpoint = 0;
        Flush();
    }

    /// <summary>The transaction was taken back: what is in memory is read again when it is needed. Asks the database nothing: it may be failing.</summary>
    public void RolledBack()
    {
        Forget();
        Checkpoint = _committed;
    }

    private void Apply(JobContext context, JobEvent job)
    {
        switch (job)
        {
            case JobEvent.TasksStarted started:
                _jobs.Apply(context, started);
                _statistics.Apply(context, started);
                _work.Apply(context, started);
                break;
            case JobEvent.TasksEnded ended:
                // These before the jobs' own: whether an attempt was held, and told then, is known only until its task ends.
                _statistics.Apply(context, ended);
                var untold = ended.Ends.Where(end => !context.Held.Contains(end.Task)).ToImmutableArray();
                _findings.Apply(context, untold);
                _history.Apply(context, untold);
                _work.Apply(context, untold, ended.At);
                _ends.Apply(ended);
                _jobs.Apply(context, ended);
                _files.Apply(context, ended);
                break;
            case JobEvent.TasksHeld held:
                _jobs.Apply(context, held);
                _findings.Apply(context, held.Ends);
                _history.Apply(context, held.Ends);
                _work.Apply(context, held.Ends, held.At);
                _statistics.Apply(context, held);
                break;
            case JobEvent.TasksReopened reopened:
                _jobs.Apply(context, reopened);
                _files.Apply(context, reopened);
                break;
            case JobEvent.AttemptsLost lost:
                _jobs.Apply(context, lost);
                _statistics.Apply(context, lost);
                _work.Apply(context, lost);
                break;
            case JobEvent.TasksAborted aborted:
                _jobs.Apply(context, aborted);
                break;
            case JobEvent.ContextChanged changed:
                _jobs.Apply(context, changed);
                _files.Apply(context, changed);
                break;
            case JobEvent.CancelRequested or JobEvent.Held or JobEvent.Released or JobEvent.PriorityChanged or JobEvent.PrerequisitesMet:
                JobsProjection.ApplyToJob(context, job);
                break;
            default:
                throw new InvalidOperationException($"The views know no job event {job.GetType().Name}.");
        }
    }

    private static int JobOf(JournalEntry entry) =>
        JobPersistenceId.TryParse(entry.PersistenceId, out var job)
            ? job.Value
            : throw new InvalidOperationException($"'{entry.PersistenceId}' has an event of a job and is none.");

    private void Open()
    {
        var stored = _database.Prepare("SELECT version FROM projections WHERE name = ?").Bind(Name);
        var current = stored.Step() && stored.Int(0) == ViewTables.Version;
        stored.Reset();
        if (!current)
        {
            _database.Execute(ViewTables.Recreate);
            _database.Prepare("INSERT OR REPLACE INTO projections (name, version, ordering) VALUES (?, ?, 0)").Bind(Name).Bind(ViewTables.Version).Run();
        }

        Checkpoint = _committed = ReadCheckpoint();
    }

    private long ReadCheckpoint()
    {
        var query = _database.Prepare("SELECT ordering FROM projections WHERE name = ?").Bind(Name);
        query.Step();
        var checkpoint = query.Long(0);
        query.Reset();
        return checkpoint;
    }

    private void Forget()
    {
        _contexts.Forget();
        _statistics.Forget();
        _history.Forget();
        _work.Forget();
        _ends.Forget();
    }
}
