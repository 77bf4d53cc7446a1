using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>What <c>dpu run</c> sends.</summary>
/// <param name="Sequence">Recipes chained with <c>&gt;</c>.</param>
/// <param name="Arguments">The recipes' options as they were typed, one token an element; never split again.</param>
/// <param name="Options">Or the options by name; null when <paramref name="Arguments"/> holds them.</param>
/// <param name="EstimatedSeconds">Overrides the estimate of the recipes (<c>dpu_time</c>); null keeps it.</param>
/// <param name="MemoryBytes">Memory per task (<c>dpu_mem</c>); null keeps the recipes' own.</param>
/// <param name="Version">Version of the recipes' programs (<c>dpu_aweversion</c>).</param>
/// <param name="Priority">Higher runs first; 0 is usual.</param>
/// <param name="Tags">Words of the user's own.</param>
/// <param name="DryRun">True to be told the plan instead of running it.</param>
public sealed record JobSubmission(
    string Sequence,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, JsonElement>? Options = null,
    double? EstimatedSeconds = null,
    long? MemoryBytes = null,
    string? Version = null,
    int Priority = 0,
    IReadOnlyList<string>? Tags = null,
    bool DryRun = false,
    CampaignPlace? Campaign = null)
{
    /// <summary>Jobs that must have ended FINISHED before anything of this one starts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? After { get; init; }

    /// <summary>Code of the user's own that was brought before (<see cref="DpuHttpClient.UploadCodeAsync"/>); null for released code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CodeReference? Code { get; init; }

    /// <summary>What of the user's settings goes along; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubmittedSettings? Settings { get; init; }

    /// <summary>How one is told when it has ended: <c>mail</c>, <c>webhook</c>, none of them for not at all; null when one's settings decide.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notify { get; init; }

    /// <summary>The project that it belongs to; null for the user's usual one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>Who sees what it makes: <c>mydb</c>, <c>project</c>, <c>users</c> or <c>world</c>; null for what is usual. It reads what all of these may see.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }
}

/// <summary>A job's place in a campaign.</summary>
/// <param name="Name">The campaign.</param>
/// <param name="Unit">What is processed: an exposure, a tile, a night; any text.</param>
/// <param name="Request">Number of the request within the campaign, from 1.</param>
public sealed record CampaignPlace(string Name, string Unit = "", int Request = 1);

/// <summary>What <c>dpu exec</c> sends.</summary>
/// <param name="Command">The program and its arguments; every <c>{}</c> inside an argument stands for the line.</param>
/// <param name="Lines">One task per line; null for a single task. What is read is <see cref="PackedLines"/>.</param>
/// <param name="Cpus">Whole cpus per task; null for 1.</param>
/// <param name="MemoryBytes">Memory per task in bytes; null for the default.</param>
/// <param name="Tags">Words of the user's own.</param>
/// <param name="Priority">Higher runs first; 0 is usual.</param>
/// <param name="Hosts">Instead of <paramref name="Lines"/>: the lines of each host, which run there. Null for any node.</param>
/// <param name="MaxPerNode">How many tasks may run on one node at once; null for as many as fit.</param>
/// <param name="ExpectedSeconds">How long one task is expected to run; null when nobody knows.</param>
/// <param name="DryRun">True to be told the plan instead of running it.</param>
public sealed record ExecSubmission(
    IReadOnlyList<string> Command,
    [property: JsonConverter(typeof(PackedLinesConverter))] IReadOnlyList<string>? Lines = null,
    int? Cpus = null,
    long? MemoryBytes = null,
    IReadOnlyList<string>? Tags = null,
    int Priority = 0,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Hosts = null,
    int? MaxPerNode = null,
    double? ExpectedSeconds = null,
    bool DryRun = false)
{
    /// <summary>Jobs that must have ended FINISHED before anything of this one starts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? After { get; init; }

    /// <summary>Code of the user's own that was brought before (<see cref="DpuHttpClient.UploadCodeAsync"/>); null for released code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CodeReference? Code { get; init; }

    /// <summary>What of the user's settings goes along; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubmittedSettings? Settings { get; init; }

    /// <summary>How one is told when it has ended: <c>mail</c>, <c>webhook</c>, none of them for not at all; null when one's settings decide.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notify { get; init; }

    /// <summary>The project that it belongs to; null for the user's usual one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>Who sees what it makes: <c>mydb</c>, <c>project</c>, <c>users</c> or <c>world</c>; null for what is usual. It reads what all of these may see.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }
}

/// <summary>The answer to a submission, given once it is committed.</summary>
/// <param name="Warnings">What will keep it waiting as things are; null, and not written, when there is nothing to say.</param>
public sealed record JobAccepted(
    int JobId,
    string Dpu,
    double EstimatedSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null);

/// <summary>What a submission would become.</summary>
/// <param name="Problems">Why it is impossible; empty when it would be accepted.</param>
/// <param name="Warnings">What would keep it waiting; null when there is nothing to say.</param>
public sealed record PlanPreview(
    string Sequence,
    double EstimatedSeconds,
    IReadOnlyList<PlannedStep> Steps,
    IReadOnlyList<ProblemItem> Problems,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null);

/// <summary>One step of a plan; resources and seconds are per task.</summary>
/// <param name="Keys">The keys of its first few tasks.</param>
/// <param name="MaxPerNode">How many of them may run on one node at once; null for as many as fit.</param>
/// <param name="Hosts">Which nodes its tasks belong to; null for any.</param>
/// <param name="EstimateSamples">How many earlier tasks the estimate is from; 0 when it is what the recipe says.</param>
/// <param name="MemoryInsteadBytes">What to ask for, when the request is far from what earlier tasks held; null when it is good or nothing is known.</param>
public sealed record PlannedStep(
    string Name,
    string Recipe,
    int Tasks,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Keys,
    int Cpus,
    long MemoryBytes,
    double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxPerNode = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlannedHost>? Hosts = null,
    int EstimateSamples = 0,
    long? MemoryInsteadBytes = null);

/// <summary>Tasks of a step that belong to one node.</summary>
/// <param name="Known">Whether it is a node of the DPU now.</param>
public sealed record PlannedHost(string Node, int Tasks, bool Known);

/// <summary>Asks to cancel; a job that runs needs <paramref name="Force"/>.</summary>
public sealed record CancelRequest(bool Force);

/// <summary>Asks that nothing more of a job starts; <paramref name="Reason"/> is shown to whoever wonders.</summary>
public sealed record HoldRequest(string? Reason = null);

/// <summary>Asks that a job goes on, and that its held results count.</summary>
public sealed record ReleaseRequest;

/// <summary>Asks for another priority; higher runs first.</summary>
public sealed record PriorityRequest(int? Priority);

/// <summary>Asks that a job that has ended runs again: what did not end normally, and what a change concerns.</summary>
/// <param name="MemoryBytes">Memory of each task that runs again; null for what it had.</param>
/// <param name="Set">Options with new values, <c>name=value</c> each.</param>
/// <param name="DryRun">True to be told the plan instead.</param>
public sealed record RetryRequest(long? MemoryBytes = null, IReadOnlyList<string>? Set = null, bool DryRun = false);

/// <summary>What of a job would run again.</summary>
/// <param name="Steps">Steps of which something would.</param>
public sealed record RetryPlan(int JobId, int Tasks, IReadOnlyList<RetryStep> Steps);

/// <summary>How much of a step would run again.</summary>
/// <param name="Tasks">Its tasks that would.</param>
/// <param name="Normal">Those among them that had ended normally: what they made would not be visible any more.</param>
/// <param name="Of">All its tasks.</param>
/// <param name="MemoryBytes">What each of them would be given; 0 for no limit.</param>
public sealed record RetryStep(string Name, int Tasks, int Normal, int Of, long MemoryBytes);

/// <summary>Asks that a job, and what it makes, is shown to others than before.</summary>
/// <param name="Project">The project that it is to belong to; null for the one that it belongs to.</param>
/// <param name="Privileges"><c>project</c>, <c>users</c> or <c>world</c>; null for its project if it is private, else for what it has.</param>
public sealed record ContextRequest(string? Project = null, string? Privileges = null);

/// <summary>Asks for the same sequence and options again, with released code, as a job of whoever asks.</summary>
/// <param name="Project">As for a submission.</param>
/// <param name="Privileges">As for a submission.</param>
/// <param name="DryRun">True to be told the plan instead.</param>
public sealed record RerunRequest(string? Project = null, string? Privileges = null, bool DryRun = false);
