using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of jobs say of themselves.</summary>
internal static class JobRoutes
{
    private const string Part = "jobs";
    private const string KeyText = "The client's own name for this request, at most 200 characters. Sent again with the same key, nothing is done twice; the same key for something else is refused.";

    public static void Submit(RouteDescription route) => route
        .Is("submitJob", Part, "Submits a sequence of recipes", "Answered once the job is durable. With `dryRun` nothing is submitted: the answer is the plan.")
        .Needs(Right.RunRecipes)
        .Header("Idempotency-Key", Form.Text(RequestKey.LengthMax), KeyText)
        .Takes<JobSubmission>("The sequence and its options.", """{"sequence":"Reduce>Coadd","options":{"instrument":"WFI","object":"CDF4_B_?"}}""", "sequence")
        .Answer<JobAccepted>("The job.", StatusCodes.Status201Created)
        .Answer<JobAccepted>("The job that an earlier request with this key made.")
        .Answer<PlanPreview>("Or, of a dry run, the plan.")
        .Refuses(StatusCodes.Status403Forbidden, "not-a-member")
        .Refuses(StatusCodes.Status409Conflict, "key-reused")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-privileges", "code-is-private", "unknown-job", "unknown-recipe", "bad-option", "bad-estimate", "bad-memory", "bad-campaign", "bad-key", "bad-settings", "bad-notify", "no-address", "bad-recipes", "unknown-code", "unknown-version")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Exec(RouteDescription route) => route
        .Is("submitCommand", Part, "Submits a command: one task, or one for each line", "Answered once the job is durable. With `dryRun` nothing is submitted: the answer is the plan.")
        .Needs(Right.RunCommands)
        .Header("Idempotency-Key", Form.Text(RequestKey.LengthMax), KeyText)
        .Takes<ExecSubmission>("The command, and its lines.", """{"command":["echo","{}"],"lines":["one","two words"]}""", "command")
        .Answer<JobAccepted>("The job.", StatusCodes.Status201Created)
        .Answer<JobAccepted>("The job that an earlier request with this key made.")
        .Answer<PlanPreview>("Or, of a dry run, the plan.")
        .Refuses(StatusCodes.Status403Forbidden, "not-a-member")
        .Refuses(StatusCodes.Status409Conflict, "key-reused")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-privileges", "code-is-private", "unknown-job", "bad-command", "bad-cpus", "bad-memory", "bad-hosts", "bad-line", "bad-max-per-node", "bad-estimate", "bad-key", "bad-settings", "bad-notify", "no-address", "unknown-code")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void List(RouteDescription route) => route
        .Is("listJobs", Part, "Jobs, newest first", "The caller's own jobs, a visitor's: everybody's.")
        .Query("id", Form.Many(Form.Whole()), "These jobs, whoever's they are; those that do not exist, for the caller, are missing in the answer. Nothing else counts then.")
        .Query("all", Form.Truth(), "Everybody's jobs.")
        .Query("user", Form.Text(), "This user's jobs.")
        .Query("status", Form.OneOf(KnownWords.Statuses), "Only jobs of this status.")
        .Pages("before", Form.Whole(), "Jobs older than this one.", usual: 100)
        .Answer<IReadOnlyList<JobSummary>>("The jobs.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-status");

    public static void History(RouteDescription route) => route
        .Is("getPastQueue", Part, "The queue as it was at a moment", "As the journal tells it: every job that had been submitted, with the counts that it had then.")
        .Query("at", Form.Text(), "The moment, as `2026-03-01T12:00:00Z` or `2026-03-01`; now unless said.", "2026-03-01T12:00:00Z")
        .Query("user", Form.Text(), "This user's jobs.")
        .Query("unfinished", Form.Truth(), "Only those that had not ended.")
        .Pages("before", Form.Whole(), "Jobs older than this one.", HistoryEndpoint.LimitUsual)
        .Answer<PastQueue>("The queue.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-time");

    public static void Show(RouteDescription route) => OfJob(route
        .Is("getJob", Part, "A job with its steps", "With `tasks=true` also every task with its attempts, for whoever may look into the job.")
        .Query("tasks", Form.Truth(), "With all its tasks.")
        .Answer<JobDetail>("The job.")
        .Refuses(StatusCodes.Status401Unauthorized, "token-needed")
        .Refuses(StatusCodes.Status403Forbidden, "not-allowed"));

    public static void Follow(RouteDescription route) => OfJob(route
        .Is("followJob", Part, "A job's status, now and at each change", "The stream ends when the job has ended.")
        .Resumes()
        .AnswerNothing(StatusCodes.Status204NoContent, "It has ended, and `Last-Event-ID` is that of its end.")
        .AnswerEvents("`status` events, each with the job as it is then.", ("status", typeof(JobSummary))));

    public static void FollowAll(RouteDescription route) => route
        .Is("followJobs", Part, "Jobs as they change", "Of those whose line in the queue the caller sees. `start` comes first and tells that changes are told from here on; `many` instead of more changes than are worth telling: read the list again.")
        .Query("all", Form.Truth(), "Everybody's jobs; a visitor's anyhow.")
        .Query("user", Form.Text(), "This user's jobs.")
        .Resumes()
        .AnswerEvents("`job` events, each with a job as it is then.", ("start", null), ("job", typeof(JobSummary)), ("many", null))
        .Refuses(StatusCodes.Status400BadRequest, "bad-event-id");

    public static void Explain(RouteDescription route) => OfInside(route
        .Is("explainJob", Part, "Why a job waits, failed, was tried again or is slow")
        .Answer<JobExplanation>("Reasons, the gravest first; empty when there is nothing to explain.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable"));

    public static void Tasks(RouteDescription route) => OfInside(route
        .Is("listTasks", Part, "A job's tasks with their attempts", "By rising number.")
        .Query("state", Form.OneOf(Enum.GetNames<TaskViewState>()), "Only tasks that stand so.")
        .Query("step", Form.Text(), "Only tasks of the step of this name.")
        .Query("node", Form.Text(), "Only tasks of which an attempt was given to this node.")
        .Query("cause", Form.OneOf([.. Enum.GetNames<Domain.Jobs.FailureCause>().Select(static name => name.ToLowerInvariant())]), "Only tasks whose last attempt ended for this reason.")
        .Query("lines", Form.Truth(), "With the last lines of the first 50 that failed, unless this is `false`.")
        .Pages(Paging.After, Form.Whole(0), "Tasks with a higher number.", usual: 1000)
        .Answer<IReadOnlyList<TaskDetail>>("The tasks.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-state", "bad-cause"));

    public static void Results(RouteDescription route) => OfInside(route
        .Is("listResults", Part, "The files that a job made", "By task.")
        .Query("task", Form.Whole(), "Only what this task made.")
        .Query("main", Form.Truth(), "Only main objects.")
        .Pages("id")
        .Answer<IReadOnlyList<FileRecord>>("The files.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-task"));

    public static void Logs(RouteDescription route) => OfInside(route
        .Is("readLogs", Part, "What a job's tasks printed", "Up to now as lines of JSON; with `follow=true` as server-sent events until the job has ended.")
        .Query("task", Form.Whole(), "This task's lines only; tasks count from 0.")
        .Query("follow", Form.Truth(), "Goes on until the job has ended.")
        .Query("from", Form.Text(), "Followed: begins behind this place, as a part of the log tells it; `Last-Event-ID` counts more.")
        .Resumes()
        .AnswerLines<LogLine>("The lines so far, a JSON object each.")
        .AnswerEvents("Or, followed: `line` events, and `end` when there will be no more.", ("line", typeof(LogLine)), ("end", null))
        .Refuses(StatusCodes.Status400BadRequest, "bad-event-id")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-task"));

    public static void Cancel(RouteDescription route) => OfChange(route
        .Is("cancelJob", Part, "Cancels a job", "A job that runs needs `force`.")
        .Takes<CancelRequest>("Whether what runs is ended, too.", """{"force":true}""")
        .Refuses(StatusCodes.Status409Conflict, "running", "ended"));

    public static void Hold(RouteDescription route) => OfChange(route
        .Is("holdJob", Part, "Nothing more of a job starts until it is released")
        .Takes<HoldRequest>("Why, for whoever wonders; at most 1000 characters.", """{"reason":"the flat is wrong"}""")
        .Refuses(StatusCodes.Status409Conflict, "ended"));

    public static void Release(RouteDescription route) => OfChange(route
        .Is("releaseJob", Part, "A job goes on, and its held results count")
        .Takes<ReleaseRequest>("Nothing.", "{}")
        .Refuses(StatusCodes.Status409Conflict, "ended"));

    public static void Priority(RouteDescription route) => OfChange(route
        .Is("setPriority", Part, "Changes a job's priority")
        .Takes<PriorityRequest>("The priority: higher runs first, 0 is usual.", """{"priority":5}""", "priority")
        .Refuses(StatusCodes.Status409Conflict, "ended"));

    public static void Retry(RouteDescription route) => OfChange(route
        .Is("retryJob", Part, "Runs a job that has ended again", "What did not end normally, and what a change concerns. With `dryRun` nothing is done: the answer is what would run again.")
        .Header("Idempotency-Key", Form.Text(RequestKey.LengthMax), KeyText)
        .Takes<RetryRequest>("What is to be different.", """{"memoryBytes":4294967296,"set":["threshold=3"]}""")
        .Answer<RetryPlan>("Or, of a dry run, what would run again.")
        .Refuses(StatusCodes.Status409Conflict, "not-ended", "cancelled")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-memory", "bad-option", "bad-key"));

    public static void ShowTo(RouteDescription route) => OfChange(route
        .Is("showJobTo", Part, "Shows a job, and what it makes, to others than before", "By its user if it ran released code, by an operator otherwise. What others see already is taken back by operators only.")
        .Takes<ContextRequest>("To whom.", """{"project":"KIDS","privileges":"users"}""")
        .Refuses(StatusCodes.Status403Forbidden, "not-a-member")
        .Refuses(StatusCodes.Status409Conflict, "is-shown")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-privileges"));

    public static void Rerun(RouteDescription route) => OfJob(route
        .Is("rerunJob", Part, "Runs the same sequence with the same options as a new job of the caller's, with released code", "On what the catalog has now. With `dryRun` nothing is submitted: the answer is the plan.")
        .Needs(Right.RunRecipes)
        .Header("Idempotency-Key", Form.Text(RequestKey.LengthMax), KeyText)
        .Takes<RerunRequest>("Where it is to belong.", """{"privileges":"users"}""")
        .Answer<JobAccepted>("The job.", StatusCodes.Status201Created)
        .Answer<JobAccepted>("The job that an earlier request with this key made.")
        .Answer<PlanPreview>("Or, of a dry run, the plan.")
        .Refuses(StatusCodes.Status403Forbidden, "not-a-member")
        .Refuses(StatusCodes.Status409Conflict, "key-reused")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-privileges", "no-recipes", "bad-option", "no-inputs", "bad-key")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable"));

    public static void Campaigns(RouteDescription route) => route
        .Is("listCampaigns", "campaigns", "Campaigns in figures")
        .Pages("name")
        .Answer<IReadOnlyList<CampaignInfo>>("The campaigns.");

    public static void CampaignUnits(RouteDescription route) => route
        .Is("listCampaignUnits", "campaigns", "The last attempt at each unit of a campaign")
        .Path("name", "The campaign.")
        .Query("status", Form.OneOf(KnownWords.Statuses), "Only units whose last attempt is of this status.")
        .Pages("`request/unit`")
        .Answer<IReadOnlyList<CampaignUnitInfo>>("The units.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-campaign")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-status");

    private static void OfChange(RouteDescription route) => OfJob(route
        .Needs(Right.RunRecipes)
        .Answer<JobSummary>("The job as it is then.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable"));

    /// <summary>The line of a job in the queue is seen by more than may look into it.</summary>
    internal static void OfInside(RouteDescription route) => OfJob(route
        .Refuses(StatusCodes.Status401Unauthorized, "token-needed")
        .Refuses(StatusCodes.Status403Forbidden, "not-allowed"));

    private static void OfJob(RouteDescription route) => route
        .Path("id", "The job.", example: "84820")
        .Refuses(StatusCodes.Status404NotFound, "unknown-job");
}
