using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What changes something: submissions and cancellations. Answered once the change is durable.</summary>
internal sealed class SubmissionEndpoints(ApiServices services)
{
    private const string KeyHeader = "Idempotency-Key";
    private const int KeyLengthMax = 200;
    private const int KeysShown = 3;

    private static readonly TimeSpan PatienceInTrouble = TimeSpan.FromSeconds(5);

    private int _waiting;

    public async Task<IResult> RunAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.JobSubmission, FlawOf);
        if (asked is null)
        {
            return refusal!;
        }

        if (WhyNotAccepted(asked) is { } reason)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, reason.Code, reason.Message);
        }

        if (KeyOf(context) is not { } key)
        {
            return BadKey();
        }

        var submission = new Submission.OfRecipes(
            UserOf(context),
            key,
            asked.Priority,
            [.. asked.Tags ?? []],
            asked.Sequence,
            [.. asked.Arguments ?? []],
            asked.Options is { } options ? JsonSerializer.SerializeToElement(options, ApiJson.Default.IReadOnlyDictionaryStringJsonElement) : null,
            asked.EstimatedSeconds,
            asked.MemoryBytes)
        {
            Campaign = asked.Campaign is { } campaign ? new CampaignRequest(campaign.Name, campaign.Request, campaign.Unit) : null,
        };
        return asked.DryRun ? await PreviewAsync(submission, [], warning: null, context.RequestAborted) : await SubmitAsync(submission, context.RequestAborted);
    }

    public async Task<IResult> ExecAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.ExecSubmission, FlawOf);
        if (asked is null)
        {
            return refusal!;
        }

        if (WhyNotAccepted(asked) is { } reason)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, reason.Code, reason.Message);
        }

        if (KeyOf(context) is not { } key)
        {
            return BadKey();
        }

        var defaults = services.Options.ExecDefaults;
        var hosted = asked.Hosts is { } hosts ? HostedLines.Of(hosts.Select(host => new HostFiles(host.Key, [.. host.Value])), services.HostNames) : null;
        var submission = new Submission.OfCommand(
            UserOf(context),
            key,
            asked.Priority,
            [.. asked.Tags ?? []],
            [.. asked.Command ?? []],
            hosted?.Lines ?? (asked.Lines is { } lines ? TaskLines.Pack(lines) : null),
            new Resources(asked.Cpus ?? defaults.Cpus, asked.MemoryBytes ?? defaults.MemoryBytes))
        {
            Hosts = hosted?.Hosts ?? [],
            MaxPerNode = asked.MaxPerNode,
            ExpectedSeconds = asked.ExpectedSeconds ?? 0,
        };
        var nodes = await NodesAsync(submission.Hosts, context.RequestAborted);
        var warning = HostNames.Warning(submission.Hosts.Select(host => host.Host), nodes);
        return asked.DryRun
            ? await PreviewAsync(submission, nodes, warning, context.RequestAborted)
            : await SubmitAsync(submission, context.RequestAborted, warning);
    }

    public async Task<IResult> CancelAsync(HttpContext context)
    {
        var id = Endpoints.JobOf(context);
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.CancelRequest, static _ => null);
        if (asked is null)
        {
            return refusal!;
        }

        var user = UserOf(context);
        var reply = await AskAsync<CancelReply>(replyTo => new FrontendMessage.Cancel(id, user, asked.Force, replyTo), context.RequestAborted);
        return reply switch
        {
            null => Busy(),
            CancelReply.Refused { Reason: JobRejection.Unknown } => ProblemResult.NoSuchJob(id),
            CancelReply.Refused { Reason: JobRejection.IsRunning } no => ProblemResult.Because(StatusCodes.Status409Conflict, "running", no.Message),
            CancelReply.Refused no => ProblemResult.Because(StatusCodes.Status409Conflict, "ended", no.Message),
            CancelReply.Done => await SummaryAsync(id, context.RequestAborted),
            _ => throw new InvalidOperationException("A cancellation is done or refused."),
        };
    }

    /// <summary>While nothing can be written down nobody need wait long to be told so.</summary>
    private TimeSpan Patience => services.JournalTrouble() is not null && services.Options.Http.AnswerTimeout > PatienceInTrouble
        ? PatienceInTrouble
        : services.Options.Http.AnswerTimeout;

    private static string UserOf(HttpContext context) =>
        RequestGuard.UserOf(context) ?? throw new InvalidOperationException("This endpoint is not for visitors.");

    private static string? FlawOf(JobSubmission asked) => asked.Sequence is null
        ? "'sequence' is missing"
        : RequestBody.FlawOf(asked.Arguments, "arguments") ?? RequestBody.FlawOf(asked.Tags, "tags");

    private static string? FlawOf(ExecSubmission asked) =>
        RequestBody.FlawOf(asked.Command, "command")
        ?? asked.Hosts?.Select(host => host.Key.Length == 0 ? "'hosts' holds a host without a name" : RequestBody.FlawOf(host.Value, $"hosts.{host.Key}", needed: true)).FirstOrDefault(flaw => flaw is not null)
        ?? RequestBody.FlawOf(asked.Tags, "tags");

    private static (string Code, string Message)? WhyNotAccepted(JobSubmission asked) => asked switch
    {
        { Version: not null } => ("no-versions", "This DPU has one version of its recipes: leave --version out."),
        { Options: not null, Arguments.Count: > 0 } => ("bad-option", "Options are given either by name or as arguments, not both."),
        { EstimatedSeconds: < 0 } => ("bad-estimate", "The estimated time is a number of seconds, 0 or more."),
        { MemoryBytes: <= 0 } => ("bad-memory", "The memory of a task is a number of bytes above 0."),
        { Campaign: { Name: null or "" } } => ("bad-campaign", "A campaign has a name."),
        { Campaign: { Unit: null } } => ("bad-campaign", "The unit of a campaign is a text."),
        { Campaign: { Request: < 1 } } => ("bad-campaign", "Requests of a campaign are counted from 1."),
        _ => null,
    };

    private static (string Code, string Message)? WhyNotAccepted(ExecSubmission asked) => asked switch
    {
        { Cpus: < 1 } => ("bad-cpus", "A task needs at least one cpu."),
        { MemoryBytes: < 0 } => ("bad-memory", "The memory of a task is a number of bytes, 0 for no limit."),
        { Hosts: not null, Lines: not null } => ("bad-hosts", "Lines are given either by host or without, not both."),
        { MaxPerNode: < 1 } => ("bad-max-per-node", "At least one task has to run on a node at once."),
        { ExpectedSeconds: < 0 or double.NaN or double.PositiveInfinity } => ("bad-estimate", "The expected time of a task is a number of seconds, 0 or more."),
        _ => (asked.Lines ?? asked.Hosts?.Values.SelectMany(lines => lines))?.FirstOrDefault(line => line.AsSpan().ContainsAny('\n', '\0')) is { } broken
            ? ("bad-line", $"The line '{broken.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal)}' holds a newline or a NUL, which no argument can be given.")
            : null,
    };

    /// <summary>A client that names no key cannot ask again: each of its requests is a submission of its own. Null for a key that nobody could remember.</summary>
    private static string? KeyOf(HttpContext context) => context.Request.Headers[KeyHeader].ToString() switch
    {
        "" => Guid.NewGuid().ToString("N"),
        { Length: <= KeyLengthMax } key => key,
        _ => null,
    };

    private static ProblemResult BadKey() => ProblemResult.Because(
        StatusCodes.Status422UnprocessableEntity, "bad-key", $"An idempotency key has at most {KeyLengthMax} characters.");

    /// <summary>Names of the nodes that are known now; not asked for where nobody wants to know.</summary>
    private async Task<ImmutableHashSet<string>> NodesAsync(ImmutableArray<HostRange> hosts, CancellationToken cancellationToken)
    {
        if (hosts.IsEmpty)
        {
            return [];
        }

        var known = await services.Scheduler.AskAsync<SchedulerMessage, NodeStatuses>(
            services.System, replyTo => new SchedulerMessage.GetNodes(replyTo), Patience, cancellationToken);
        // The embedded node joins a moment after the first request can be here.
        return [services.Node.Name, .. known.Nodes.Select(node => node.Name)];
    }

    private async Task<IResult> SummaryAsync(JobId job, CancellationToken cancellationToken)
    {
        await services.FreshenAsync(cancellationToken);
        var rows = await services.Views.GetJobsAsync([job], cancellationToken);
        return rows.IsEmpty ? ProblemResult.NoSuchJob(job) : Endpoints.Json(ApiMapping.Summary(rows[0]), ApiJson.Default.JobSummary);
    }

    private async Task<IResult> SubmitAsync(Submission submission, CancellationToken cancellationToken, string? warning = null)
    {
        var reply = await AskAsync<SubmitReply>(replyTo => new FrontendMessage.Submit(submission, replyTo), cancellationToken);
        return reply switch
        {
            null => Busy(),
            SubmitReply.Accepted accepted => Endpoints.Json(
                new JobAccepted(accepted.Job.Value, services.Options.Name, accepted.EstimatedSeconds, warning is null ? null : [warning]),
                ApiJson.Default.JobAccepted,
                accepted.Again ? StatusCodes.Status200OK : StatusCodes.Status201Created),
            SubmitReply.Refused refused => Refuse(refused),
            _ => throw new InvalidOperationException("A submission is accepted or refused."),
        };
    }

    private async Task<IResult> PreviewAsync(Submission submission, ImmutableHashSet<string> nodes, string? warning, CancellationToken cancellationToken)
    {
        var planned = await services.Planner.PreviewAsync(submission, cancellationToken);
        return planned.TryGet(out var plan, out var errors)
            ? Endpoints.Json(Preview(plan, nodes) with { Warnings = warning is null ? null : [warning] }, ApiJson.Default.PlanPreview)
            : Refuse(new SubmitReply.Refused(SubmitRefusal.Invalid, errors));
    }

    private static PlanPreview Preview(PlannedSubmission plan, ImmutableHashSet<string> nodes) => new(
        plan.Sequence,
        plan.EstimatedSeconds,
        [.. plan.Plan.Steps.Select((step, index) => new PlannedStep(
            step.Name,
            step.Recipe ?? step.Name,
            step.Count,
            step.Work is StepWork.Groups groups ? [.. groups.Tasks.Take(KeysShown).Select(task => task.Keys)] : [],
            step.Resources.Cpus,
            step.Resources.MemoryBytes,
            plan.StepSeconds[index],
            step.Rules.MaxPerNode,
            step.Rules.Placement.Hosts is { IsEmpty: false } hosts ? [.. hosts.Select(host => new PlannedHost(host.Host, host.Count, nodes.Contains(host.Host)))] : null))],
        []);

    private static ProblemResult Refuse(SubmitReply.Refused refused)
    {
        var status = refused.Reason switch
        {
            SubmitRefusal.Invalid => StatusCodes.Status422UnprocessableEntity,
            SubmitRefusal.KeyReused => StatusCodes.Status409Conflict,
            SubmitRefusal.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => throw new InvalidOperationException($"There is no refusal {refused.Reason}."),
        };
        var errors = refused.Errors.Select(ApiMapping.Error).ToImmutableArray();
        return ProblemResult.Because(status, errors[0].Code, string.Join(' ', refused.Errors.Select(error => error.Message)), errors);
    }

    private ProblemResult Busy() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable,
        "unavailable",
        (services.JournalTrouble() is { } trouble ? $"The DPU cannot write down what is asked of it: {trouble.TrimEnd('.')}. " : "The DPU did not answer in time. ")
        + "What was asked may have been done; asking again with the same key tells.");

    /// <summary>The frontend's mailbox is filled from here only, and so it is bounded here.</summary>
    private async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, FrontendMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > services.Options.Http.WaitingMax)
            {
                return null;
            }

            return await services.Frontend.AskAsync(services.System, make, Patience, cancellationToken);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
