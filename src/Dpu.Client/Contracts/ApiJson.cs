using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>
/// How every record of the HTTP API becomes JSON: camelCase names, UTC times that end in <c>Z</c>, no reflection (start-up time).
/// <see cref="Readable"/> writes <c>Reduce&gt;Coadd</c> as it is; <see cref="Default"/> escapes what HTML would mistake.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = false,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(HealthInfo))]
[JsonSerializable(typeof(JobSubmission))]
[JsonSerializable(typeof(ExecSubmission))]
[JsonSerializable(typeof(JobAccepted))]
[JsonSerializable(typeof(PlanPreview))]
[JsonSerializable(typeof(JobSummary))]
[JsonSerializable(typeof(IReadOnlyList<JobSummary>))]
[JsonSerializable(typeof(JobDetail))]
[JsonSerializable(typeof(JobExplanation))]
[JsonSerializable(typeof(StepGraph))]
[JsonSerializable(typeof(JobTimeline))]
[JsonSerializable(typeof(JobCommandLine))]
[JsonSerializable(typeof(TaskInside))]
[JsonSerializable(typeof(LogPart))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(FileRecord))]
[JsonSerializable(typeof(IReadOnlyList<FileRecord>))]
[JsonSerializable(typeof(IReadOnlyList<TaskDetail>))]
[JsonSerializable(typeof(Provenance))]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(PriorityRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(ContextRequest))]
[JsonSerializable(typeof(RerunRequest))]
[JsonSerializable(typeof(RetryPlan))]
[JsonSerializable(typeof(IReadOnlyList<SequenceInfo>))]
[JsonSerializable(typeof(SequenceOptions))]
[JsonSerializable(typeof(SequenceHistory))]
[JsonSerializable(typeof(CodeInfo))]
[JsonSerializable(typeof(SubmittedSettings))]
[JsonSerializable(typeof(SettingsPreview))]
[JsonSerializable(typeof(IngestRequest))]
[JsonSerializable(typeof(IngestResult))]
[JsonSerializable(typeof(IReadOnlyList<NodeInfo>))]
[JsonSerializable(typeof(NodeInfo))]
[JsonSerializable(typeof(IReadOnlyList<NodeTask>))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(ResumeRequest))]
[JsonSerializable(typeof(LostRequest))]
[JsonSerializable(typeof(ReloadRequest))]
[JsonSerializable(typeof(ReloadReport))]
[JsonSerializable(typeof(DpuStats))]
[JsonSerializable(typeof(StatisticsReport))]
[JsonSerializable(typeof(PastQueue))]
[JsonSerializable(typeof(IReadOnlyList<CampaignInfo>))]
[JsonSerializable(typeof(IReadOnlyList<CampaignUnitInfo>))]
[JsonSerializable(typeof(NodeJoinRequest))]
[JsonSerializable(typeof(NodeJoined))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(KeyCreated))]
[JsonSerializable(typeof(KeyInfo))]
[JsonSerializable(typeof(IReadOnlyList<KeyInfo>))]
[JsonSerializable(typeof(ScalingRequest))]
[JsonSerializable(typeof(ScalingInfo))]
[JsonSerializable(typeof(PackageInfo))]
[JsonSerializable(typeof(StartedNode))]
[JsonSerializable(typeof(BrowserSessionRequest))]
[JsonSerializable(typeof(BrowserSession))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(NotifyInfo))]
[JsonSerializable(typeof(NotifyRequest))]
[JsonSerializable(typeof(NotifyTestRequest))]
[JsonSerializable(typeof(WebhookNotice))]
[JsonSerializable(typeof(UserRequest))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(UserInfo))]
[JsonSerializable(typeof(IReadOnlyList<UserInfo>))]
[JsonSerializable(typeof(PasswordRequest))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntry>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same records, with <c>&gt;</c>, <c>'</c> and letters of any script written as themselves: for people and command lines.</summary>
    public static ApiJson Readable => field ??= new ApiJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });
}
