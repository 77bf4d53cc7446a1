using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Catalog;
using Dpu.Journal.Logs;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;
using Dpu.Service.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// Everything that can be read. Endpoints hold nothing else that leads to a job or a file, and get nothing from here but by naming who asks.
/// </summary>
internal sealed class Readable(IViews views, ICatalog catalog, ILogStore logs, JobPlans plans, Acts acts)
{
    /// <summary>What the caller of a request sees.</summary>
    public Visible For(HttpContext context) => For(RequestGuard.CallerOf(context));

    public Visible For(Caller caller) => new(caller, views, catalog, logs, plans, acts);

    /// <summary>A file that was given to a node with an attempt: whoever submitted it was allowed to read it.</summary>
    public async Task<CatalogFile?> FindForNodeAsync(string id, CancellationToken cancellationToken)
    {
        await FreshenAsync(cancellationToken);
        return (await catalog.GetAsync([id], cancellationToken)).FirstOrDefault();
    }

    /// <summary>How many attempts ended since: how busy the DPU is. The work of everybody counts, and no one's shows.</summary>
    public Task<long> CountEndedAttemptsAsync(DateTimeOffset since, CancellationToken cancellationToken) => views.CountEndedAttemptsAsync(since, cancellationToken);

    /// <summary>Sums over everybody's work, for those who watch the DPU: nothing in them is anybody's.</summary>
    public Task<Figures> GetFiguresAsync(CancellationToken cancellationToken) => views.GetFiguresAsync(cancellationToken);

    /// <summary>Lines of the audit; the filter says for whom.</summary>
    public Task<ImmutableArray<AuditLine>> GetAuditAsync(AuditFilter filter, CancellationToken cancellationToken) => views.GetAuditAsync(filter, cancellationToken);

    /// <summary>Completes when what was committed before this call can be read.</summary>
    /// <exception cref="JournalException">The views cannot follow.</exception>
    public Task CaughtUpAsync(CancellationToken cancellationToken) => views.CaughtUpAsync(cancellationToken);

    /// <summary>Whoever was told that something is done must see it when he asks next: the views follow the journal a moment later.</summary>
    public async Task FreshenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await views.CaughtUpAsync(cancellationToken);
        }
        catch (JournalException)
        {
            // They cannot follow, as on a full disk. What they hold is shown: that is when people want to see their jobs most.
        }
    }
}

/// <summary>What one caller sees: lines of the queue, the catalog, and jobs that he may look into. What he does not see is not there.</summary>
internal sealed class Visible(Caller caller, IViews views, ICatalog catalog, ILogStore logs, JobPlans plans, Acts acts)
{
    public Caller Caller => caller;

    /// <summary>The queue.</summary>
    public IVisibleViews Queue { get; } = views.SeenBy(caller);

    /// <summary>The files.</summary>
    public IVisibleCatalog Files { get; } = catalog.SeenBy(caller);

    /// <summary>A job's line in the queue; null when there is none for him.</summary>
    public async Task<JobRow?> FindLineAsync(JobId job, CancellationToken cancellationToken)
    {
        var rows = await Queue.GetJobsAsync([job], cancellationToken);
        return rows.IsEmpty ? null : rows[0];
    }

    public bool SeesInto(JobRow line) => caller.Sees(line.User, line.Context);

    /// <summary>A job whose tasks, logs and results he may read; or why not.</summary>
    public async Task<(OpenJob? Job, ProblemResult? Refusal)> OpenAsync(JobId job, CancellationToken cancellationToken) =>
        await Queue.GetJobAsync(job, cancellationToken) is { } details ? Open(details) : (null, ProblemResult.NoSuchJob(job));

    /// <summary>The same for one whose line is known.</summary>
    public (OpenJob? Job, ProblemResult? Refusal) Open(JobDetails details)
    {
        if (!SeesInto(details.Job))
        {
            return (null, NotInside(details.Job));
        }

        NoteLook($"job {details.Job.Job}", details.Job.User, details.Job.Context);
        return (new OpenJob(details, views, logs, plans), null);
    }

    /// <summary>That an operator looks into what is somebody's alone stands in the audit.</summary>
    public void NoteLook(string thing, string? owner, WorkContext context)
    {
        if (context.Privileges == Privileges.MyDb && owner is not null)
        {
            acts.NoteLook(caller, thing, owner);
        }
    }

    /// <summary>He sees the line anyhow, with whose it is and for whom: so he may as well be told what keeps him out.</summary>
    private ProblemResult NotInside(JobRow line)
    {
        var audience = $"What job {line.Job} of {line.User} does and makes is shown to {ContextRules.Audience(line.Context)}";
        return caller.Name is null
            ? ProblemResult.Because(StatusCodes.Status401Unauthorized, "token-needed", $"{audience}; a visitor sees its line in the queue only. Say who you are.")
            : ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", $"{audience}: you, '{caller.Name}', see its line in the queue only.");
    }
}

/// <summary>A job that somebody may look into: there is no other way to its tasks, its output and its results. <see cref="Visible"/> makes them.</summary>
internal sealed class OpenJob(JobDetails details, IViews views, ILogStore logs, JobPlans plans)
{
    public JobDetails Details => details;

    public JobRow Line => details.Job;

    public JobId Id => details.Job.Job;

    public Task<ImmutableArray<TaskRow>> GetTasksAsync(TaskFilter filter, CancellationToken cancellationToken) =>
        views.GetTasksAsync(Id, filter, cancellationToken);

    public Task<ImmutableArray<ResultRow>> GetResultsAsync(CancellationToken cancellationToken) => views.GetResultsAsync(Id, cancellationToken);

    public Task<JobPlan?> FindPlanAsync(CancellationToken cancellationToken) => plans.FindAsync(Id, cancellationToken);

    public Task<JobSpec?> FindSpecAsync(CancellationToken cancellationToken) => plans.FindSpecAsync(Id, cancellationToken);

    /// <summary>By step, what earlier tasks of its kind held.</summary>
    public Task<ImmutableDictionary<int, TaskFigures>> GetLargestAsync(JobPlan plan, CancellationToken cancellationToken) =>
        views.GetLargestAsync(plan, cancellationToken);

    /// <summary>Reads on in what it printed.</summary>
    public Task<LogPage> ReadAsync(int? task, int? attempt, LogCursor from, int maxBytes, CancellationToken cancellationToken) =>
        logs.ReadAsync(new LogSelection(Id, task, attempt), from, maxBytes, cancellationToken);

    /// <summary>Reads back in what it printed, from a place or from the end.</summary>
    public Task<LogTail> ReadBackAsync(int? task, int? attempt, LogCursor? before, int maxBytes, CancellationToken cancellationToken) =>
        logs.ReadBackAsync(new LogSelection(Id, task, attempt), before, maxBytes, cancellationToken);

    /// <summary>Completes when it has printed more.</summary>
    public Task WaitForOutputAsync(LogCursor from, CancellationToken cancellationToken) => logs.WaitAsync(Id, from, cancellationToken);
}
