using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Dpu.Actors.Campaigns;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Users;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Submissions, answered once they are durable; and previews of them.</summary>
internal sealed class SubmissionEndpoints(ApiServices services, FrontendQuestions questions)
{
    private const int KeysShown = 3;
    private const int TraceDigits = 32;

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

        if (RequestKey.Of(context) is not { } key)
        {
            return RequestKey.TooLong();
        }

        if ((RequestGuard.Refusal(context, Right.RunRecipes) ?? WhyNotChosen(context, asked.Priority, asked.MemoryBytes is not null)) is { } no)
        {
            return no;
        }

        var (shipped, notShipped) = ShippedWith.Read(context, services.Code, asked.Version, asked.Code, asked.Settings);
        if (shipped is null)
        {
            return notShipped!;
        }

        var (belongs, after, refused) = await PlaceAsync(context, asked.Project, asked.Privileges, asked.After, shipped.Code is not null);
        if (belongs is null)
        {
            return refused!;
        }

        var (notify, notNotified) = NotifyEndpoints.Read(services, RequestGuard.RequireUser(context), asked.Notify);
        if (notNotified is not null)
        {
            return notNotified;
        }

        var submission = new Submission.OfRecipes(
            RequestGuard.RequireUser(context),
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
            After = after,
            Context = belongs,
            Isolated = IsIsolated(context),
            Trace = TraceOf(context),
            Notify = notify,
            Version = shipped.Version,
            Code = shipped.Code,
            Settings = shipped.Settings,
        };
        return asked.DryRun
            ? await PreviewAsync(submission, [], shipped.Warnings, context.RequestAborted)
            : await SubmitAsync(submission, shipped.Warnings, context.RequestAborted);
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

        if (RequestKey.Of(context) is not { } key)
        {
            return RequestKey.TooLong();
        }

        if (RequestGuard.Refusal(context, Right.RunCommands) is { } no)
        {
            return no;
        }

        var (shipped, notShipped) = ShippedWith.Read(context, services.Code, version: null, asked.Code, asked.Settings);
        if (shipped is null)
        {
            return notShipped!;
        }

        var (belongs, after, refused) = await PlaceAsync(context, asked.Project, asked.Privileges, asked.After, shipped.Code is not null);
        if (belongs is null)
        {
            return refused!;
        }

        var (notify, notNotified) = NotifyEndpoints.Read(services, RequestGuard.RequireUser(context), asked.Notify);
        if (notNotified is not null)
        {
            return notNotified;
        }

        var defaults = services.Options.ExecDefaults;
        var hosted = asked.Hosts is { } hosts ? HostedLines.Of(hosts.Select(host => new HostFiles(host.Key, [.. host.Value])), services.HostNames) : null;
        var submission = new Submission.OfCommand(
            RequestGuard.RequireUser(context),
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
            After = after,
            Context = belongs,
            Isolated = IsIsolated(context),
            Trace = TraceOf(context),
            Notify = notify,
            Code = shipped.Code,
            Settings = shipped.Settings,
        };
        var nodes = await NodesAsync(submission.Hosts, context.RequestAborted);
        var warnings = HostNames.Warning(submission.Hosts.Select(host => host.Host), nodes) is { } warning ? shipped.Warnings.Add(warning) : shipped.Warnings;
        return asked.DryRun
            ? await PreviewAsync(submission, nodes, warnings, context.RequestAborted)
            : await SubmitAsync(submission, warnings, context.RequestAborted);
    }

    /// <summary>What another job ran, with released code and as the caller's own.</summary>
    public async Task<IResult> AgainAsync(HttpContext context, JobSpec spec, RerunRequest asked)
    {
        if (RequestKey.Of(context) is not { } key)
        {
            return RequestKey.TooLong();
        }

        if ((RequestGuard.Refusal(context, Right.RunRecipes) ?? WhyNotChosen(context, 0, spec.Asked.MemoryBytes is not null)) is { } no)
        {
            return no;
        }

        var (belongs, _, refused) = await PlaceAsync(context, asked.Project, asked.Privileges, after: null, withCode: false);
        if (belongs is null)
        {
            return refused!;
        }

        var submission = new Submission.OfRecipes(
            RequestGuard.RequireUser(context),
            key,
            0,
            spec.Tags,
            spec.Sequence,
            spec.Asked.Arguments,
            AskedJson.Parse(spec.Asked.Options),
            EstimatedSeconds: null,
            spec.Asked.MemoryBytes)
        {
            Campaign = spec.Campaign is { } campaign ? new CampaignRequest(campaign.Name, campaign.Request, campaign.Unit) : null,
            Context = belongs,
            Isolated = IsIsolated(context),
            Trace = TraceOf(context),
        };
        return asked.DryRun ? await PreviewAsync(submission, [], [], context.RequestAborted) : await SubmitAsync(submission, [], context.RequestAborted);
    }

    /// <summary>What only some users choose.</summary>
    private static ProblemResult? WhyNotChosen(HttpContext context, int priority, bool choosesResources) =>
        priority > 0 || choosesResources ? RequestGuard.Refusal(context, Right.ChooseResources) : null;

    /// <summary>
    /// Where a submission belongs and which jobs it waits for; or why not. A job whose line the caller does not see is refused here like one that there is not,
    /// before anything else is known of either.
    /// </summary>
    private async Task<(WorkContext? Belongs, ImmutableArray<JobId> After, IResult? Refusal)> PlaceAsync(
        HttpContext context, string? project, string? privileges, IReadOnlyList<int>? after, bool withCode)
    {
        var visible = services.VisibleTo(context);
        if (!ContextRules.For(visible.Caller, new AskedContext(project, privileges), RequestGuard.UsualContextOf(context), withCode).TryGet(out var belongs, out var errors))
        {
            return (null, [], ContextEndpoints.Refuse(errors));
        }

        var waitsFor = JobsOf(after);
        if (waitsFor.IsEmpty)
        {
            return (belongs, [], null);
        }

        await services.FreshenAsync(context.RequestAborted);
        var seen = await visible.Queue.GetJobsAsync(waitsFor, context.RequestAborted);
        var unknown = waitsFor.Except(seen.Select(row => row.Job)).Select(FrontendActor.NoJobToWaitFor).ToImmutableArray();
        return unknown.IsEmpty
            ? (belongs, waitsFor, null)
            : (null, [], Refuse(new SubmitReply.Refused(SubmitRefusal.Invalid, unknown)));
    }

    /// <summary>The caller's own trace, where he is traced; null where nobody collects traces.</summary>
    private TraceRoot? TraceOf(HttpContext context) => services.Options.Telemetry is { Traces: true }
        ? TraceRoot.Parse(context.Request.Headers.TraceParent) ?? new TraceRoot(RandomNumberGenerator.GetHexString(TraceDigits, lowercase: true), null)
        : null;

    /// <summary>Operators could do anything on the nodes anyhow; everybody else's tasks run apart.</summary>
    private static bool IsIsolated(HttpContext context) => RequestGuard.CallerOf(context).Type != UserType.Operator;

    private static ImmutableArray<JobId> JobsOf(IReadOnlyList<int>? jobs) => [.. (jobs ?? []).Distinct().Order().Select(job => new JobId(job))];

    private static string? FlawOf(JobSubmission asked) => asked.Sequence is null
        ? "'sequence' is missing"
        : RequestBody.FlawOf(asked.Arguments, "arguments") ?? RequestBody.FlawOf(asked.Tags, "tags") ?? RequestBody.FlawOf(asked.Notify, "notify");

    private static string? FlawOf(ExecSubmission asked) =>
        RequestBody.FlawOf(asked.Command, "command")
        ?? asked.Hosts?.Select(host => host.Key.Length == 0 ? "'hosts' holds a host without a name" : RequestBody.FlawOf(host.Value, $"hosts.{host.Key}", needed: true)).FirstOrDefault(flaw => flaw is not null)
        ?? RequestBody.FlawOf(asked.Tags, "tags")
        ?? RequestBody.FlawOf(asked.Notify, "notify");

    private static (string Code, string Message)? WhyNotAccepted(JobSubmission asked) => asked switch
    {
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

    /// <summary>Names of the nodes that are known now; not asked for where nobody wants to know.</summary>
    private async Task<ImmutableHashSet<string>> NodesAsync(ImmutableArray<HostRange> hosts, CancellationToken cancellationToken)
    {
        if (hosts.IsEmpty)
        {
            return [];
        }

        var known = await services.Scheduler.AskAsync<SchedulerMessage, NodeStatuses>(
            services.System, replyTo => new SchedulerMessage.GetNodes(replyTo), questions.Patience, cancellationToken);
        // The embedded node joins a moment after the first request can be here.
        return [.. known.Nodes.Select(node => node.Name).Concat(services.Node is { } own ? [own.Name] : [])];
    }

    private async Task<IResult> SubmitAsync(Submission submission, ImmutableArray<string> warnings, CancellationToken cancellationToken)
    {
        var reply = await questions.AskAsync<SubmitReply>(replyTo => new FrontendMessage.Submit(submission, replyTo), cancellationToken);
        return reply switch
        {
            null => questions.Unanswered(),
            SubmitReply.Accepted accepted => Endpoints.Json(
                new JobAccepted(accepted.Job.Value, services.Options.Name, accepted.EstimatedSeconds, warnings.IsEmpty ? null : warnings),
                ApiJson.Default.JobAccepted,
                accepted.Again ? StatusCodes.Status200OK : StatusCodes.Status201Created),
            SubmitReply.Refused refused => Refuse(refused),
            _ => throw new InvalidOperationException("A submission is accepted or refused."),
        };
    }

    private async Task<IResult> PreviewAsync(Submission submission, ImmutableHashSet<string> nodes, ImmutableArray<string> warnings, CancellationToken cancellationToken)
    {
        var planned = await services.Planner.PreviewAsync(submission, cancellationToken);
        return planned.TryGet(out var plan, out var errors)
            ? Endpoints.Json(Preview(plan, nodes) with { Warnings = warnings.IsEmpty ? null : warnings }, ApiJson.Default.PlanPreview)
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
            step.Rules.Placement.Hosts is { IsEmpty: false } hosts ? [.. hosts.Select(host => new PlannedHost(host.Host, host.Count, nodes.Contains(host.Host)))] : null,
            plan.Estimates[index].Samples,
            plan.Estimates[index].MemoryInsteadBytes))],
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
}
