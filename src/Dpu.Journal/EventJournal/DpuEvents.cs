using System.Text.Json.Serialization;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Dpu.Domain.Notifications;
using Dpu.Domain.Scaling;
using Dpu.Domain.Users;

namespace Dpu.Journal.EventJournal;

/// <summary>The storage forms of this system's events. A released name never changes its form: a changed event gets a new name and an upcaster.</summary>
public static class DpuEvents
{
    /// <summary>The codec of all events that today's actors write, and of all that older ones wrote.</summary>
    public static IEventCodec Codec { get; } = Registered().Build();

    /// <summary>The same as a builder, for those who add forms of their own: snapshots, tests.</summary>
    public static EventCodecBuilder Registered() => new EventCodecBuilder()
        .Register("job.submitted.v4", DpuEventsJson.Default.Submitted)
        .Register("job.tasks-started.v1", DpuEventsJson.Default.TasksStarted)
        .Register("job.tasks-ended.v3", DpuEventsJson.Default.TasksEnded)
        .Register("job.tasks-held.v2", DpuEventsJson.Default.TasksHeld)
        .Register("job.attempts-lost.v1", DpuEventsJson.Default.AttemptsLost)
        .Register("job.tasks-aborted.v1", DpuEventsJson.Default.TasksAborted)
        .Register("job.cancel-requested.v1", DpuEventsJson.Default.CancelRequested)
        .Register("job.held.v1", DpuEventsJson.Default.Held)
        .Register("job.released.v1", DpuEventsJson.Default.Released)
        .Register("job.priority-changed.v1", DpuEventsJson.Default.PriorityChanged)
        .Register("job.prerequisites-met.v1", DpuEventsJson.Default.PrerequisitesMet)
        .Register("job.tasks-reopened.v1", DpuEventsJson.Default.TasksReopened)
        .Upcast("job.submitted.v1", "job.submitted.v2", OldForms.SubmittedV1)
        .Upcast("job.submitted.v2", "job.submitted.v3", OldForms.SubmittedV2)
        .Upcast("job.submitted.v3", "job.submitted.v4", OldForms.SubmittedV3)
        .Upcast("job.tasks-ended.v1", "job.tasks-ended.v2", OldForms.TasksEndedV1)
        .Upcast("job.tasks-ended.v2", "job.tasks-ended.v3", OldForms.WithoutPhases)
        .Upcast("job.tasks-held.v1", "job.tasks-held.v2", OldForms.WithoutPhases)
        .Register("job.context-changed.v1", DpuEventsJson.Default.ContextChanged)
        .Register("catalog.files-registered.v2", DpuEventsJson.Default.FilesRegistered)
        .Upcast("catalog.files-registered.v1", "catalog.files-registered.v2", OldForms.FilesRegisteredV1)
        .Register("membership.key-created.v1", DpuEventsJson.Default.KeyCreated)
        .Register("membership.key-revoked.v1", DpuEventsJson.Default.KeyRevoked)
        .Register("membership.identity-revoked.v1", DpuEventsJson.Default.IdentityRevoked)
        .Register("membership.node-joined.v1", DpuEventsJson.Default.NodeJoined)
        .Register("membership.node-drained.v1", DpuEventsJson.Default.NodeDrained)
        .Register("membership.node-resumed.v1", DpuEventsJson.Default.NodeResumed)
        .Register("membership.node-described.v1", DpuEventsJson.Default.NodeDescribed)
        .Register("membership.node-left.v1", DpuEventsJson.Default.NodeLeft)
        .Register("scaling.target-set.v1", DpuEventsJson.Default.TargetSet)
        .Register("scaling.pilot-ordered.v1", DpuEventsJson.Default.PilotOrdered)
        .Register("scaling.pilot-submitted.v1", DpuEventsJson.Default.PilotSubmitted)
        .Register("scaling.pilot-joined.v1", DpuEventsJson.Default.PilotJoined)
        .Register("scaling.pilot-drained.v1", DpuEventsJson.Default.PilotDrained)
        .Register("scaling.pilot-ended.v1", DpuEventsJson.Default.PilotEnded)
        .Register("users.added.v1", DpuEventsJson.Default.UserAdded)
        .Register("users.changed.v1", DpuEventsJson.Default.UserChanged)
        .Register("users.password-set.v1", DpuEventsJson.Default.PasswordSet)
        .Register("users.disabled.v1", DpuEventsJson.Default.UserDisabled)
        .Register("users.enabled.v1", DpuEventsJson.Default.UserEnabled)
        .Register("users.token-created.v1", DpuEventsJson.Default.TokenCreated)
        .Register("users.token-revoked.v1", DpuEventsJson.Default.TokenRevoked)
        .Register("users.locked.v1", DpuEventsJson.Default.UserLocked)
        .Register("users.acted.v1", DpuEventsJson.Default.UserActed)
        .Register("notify.settings-changed.v1", DpuEventsJson.Default.NotifySettingsChanged)
        .Register("notify.noticed.v1", DpuEventsJson.Default.NotificationsNoticed)
        .Register("notify.delivered.v1", DpuEventsJson.Default.NotificationDelivered)
        .Register("notify.failed.v1", DpuEventsJson.Default.NotificationFailed);
}

/// <summary>
/// Generated serializers: no reflection at start. A missing or an unknown property fails the read, so that nothing is ever guessed or dropped.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters =
    [
        typeof(JobIdConverter),
        typeof(AttemptIdConverter),
        typeof(TaskAttemptConverter),
        typeof(TaskRangeConverter),
        typeof(MetadataValueConverter),
        typeof(TaskLinesConverter),
        typeof(StepWorkConverter),
    ])]
[JsonSerializable(typeof(JobEvent.Submitted))]
[JsonSerializable(typeof(JobEvent.TasksStarted))]
[JsonSerializable(typeof(JobEvent.TasksEnded))]
[JsonSerializable(typeof(JobEvent.AttemptsLost))]
[JsonSerializable(typeof(JobEvent.TasksAborted))]
[JsonSerializable(typeof(JobEvent.CancelRequested))]
[JsonSerializable(typeof(JobEvent.TasksHeld))]
[JsonSerializable(typeof(JobEvent.Held))]
[JsonSerializable(typeof(JobEvent.Released))]
[JsonSerializable(typeof(JobEvent.PriorityChanged))]
[JsonSerializable(typeof(JobEvent.PrerequisitesMet))]
[JsonSerializable(typeof(JobEvent.TasksReopened))]
[JsonSerializable(typeof(JobEvent.ContextChanged))]
[JsonSerializable(typeof(CatalogEvent.FilesRegistered))]
[JsonSerializable(typeof(MembershipEvent.KeyCreated))]
[JsonSerializable(typeof(MembershipEvent.KeyRevoked))]
[JsonSerializable(typeof(MembershipEvent.IdentityRevoked))]
[JsonSerializable(typeof(MembershipEvent.NodeJoined))]
[JsonSerializable(typeof(MembershipEvent.NodeDrained))]
[JsonSerializable(typeof(MembershipEvent.NodeResumed))]
[JsonSerializable(typeof(MembershipEvent.NodeDescribed))]
[JsonSerializable(typeof(MembershipEvent.NodeLeft))]
[JsonSerializable(typeof(ScalingEvent.TargetSet))]
[JsonSerializable(typeof(ScalingEvent.PilotOrdered))]
[JsonSerializable(typeof(ScalingEvent.PilotSubmitted))]
[JsonSerializable(typeof(ScalingEvent.PilotJoined))]
[JsonSerializable(typeof(ScalingEvent.PilotDrained))]
[JsonSerializable(typeof(ScalingEvent.PilotEnded))]
[JsonSerializable(typeof(UserEvent.Added), TypeInfoPropertyName = "UserAdded")]
[JsonSerializable(typeof(UserEvent.Changed), TypeInfoPropertyName = "UserChanged")]
[JsonSerializable(typeof(UserEvent.PasswordSet))]
[JsonSerializable(typeof(UserEvent.Disabled), TypeInfoPropertyName = "UserDisabled")]
[JsonSerializable(typeof(UserEvent.Enabled), TypeInfoPropertyName = "UserEnabled")]
[JsonSerializable(typeof(UserEvent.TokenCreated))]
[JsonSerializable(typeof(UserEvent.TokenRevoked))]
[JsonSerializable(typeof(UserEvent.Locked), TypeInfoPropertyName = "UserLocked")]
[JsonSerializable(typeof(UserEvent.Acted), TypeInfoPropertyName = "UserActed")]
[JsonSerializable(typeof(NotificationEvent.SettingsChanged), TypeInfoPropertyName = "NotifySettingsChanged")]
[JsonSerializable(typeof(NotificationEvent.Noticed), TypeInfoPropertyName = "NotificationsNoticed")]
[JsonSerializable(typeof(NotificationEvent.Delivered), TypeInfoPropertyName = "NotificationDelivered")]
[JsonSerializable(typeof(NotificationEvent.Failed), TypeInfoPropertyName = "NotificationFailed")]
[JsonSerializable(typeof(StepWork.Exec))]
[JsonSerializable(typeof(StepWork.Groups))]
[JsonSerializable(typeof(TaskLines))]
internal sealed partial class DpuEventsJson : JsonSerializerContext;
