using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Dpu.Domain.Notifications;
using Dpu.Domain.Scaling;
using Dpu.Domain.Users;
using Dpu.Journal.EventJournal;

namespace Dpu.Journal.Views;

/// <summary>Somebody did something.</summary>
/// <param name="Id">The event's number among all events: later ones are larger.</param>
/// <param name="At">When.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Action">What, in a word or two.</param>
/// <param name="Thing">To what, as <c>job 12</c>; empty for the DPU itself.</param>
/// <param name="Owner">Whose thing that is, where it is somebody else's; else null.</param>
/// <param name="Detail">More about it; empty for none. Nothing secret.</param>
public sealed record AuditLine(long Id, DateTimeOffset At, string Who, string Action, string Thing, string? Owner, string Detail)
{
    private const int DetailLengthMax = 300;

    /// <summary>What an event tells about somebody's doing; null when nobody did anything.</summary>
    /// <param name="entry">The event.</param>
    /// <param name="job">Whose event it is, when it is a job's.</param>
    /// <param name="userOf">Whose job a number is.</param>
    public static AuditLine? Of(JournalEntry entry, JobId? job, Func<int, string> userOf)
    {
        var line = entry.Event switch
        {
            JobEvent.Submitted e => Line(e.At, e.Spec.User, "submit", Job(e.Job), e.Spec.User, e.Spec.Sequence),
            JobEvent e => OfJob(e, job ?? throw new InvalidOperationException($"'{entry.PersistenceId}' has an event of a job and is none."), userOf),
            MembershipEvent e => OfNodes(e),
            ScalingEvent.TargetSet e => Line(e.At, e.By, "scale", e.Via, null, e.Nodes is { } nodes ? Text(nodes) : "auto"),
            UserEvent e => OfUsers(e),
            NotificationEvent.SettingsChanged e => Line(e.At, e.User, "set notifications", "", null, string.Join(", ", e.Settings.AllWays().Select(way => way.ToString().ToLowerInvariant()).Append($"when {e.Settings.When.ToString().ToLowerInvariant()}"))),
            _ => null,
        };
        return line is null ? null : line with { Id = entry.Ordering };
    }

    private static AuditLine? OfJob(JobEvent @event, JobId job, Func<int, string> userOf) => @event switch
    {
        JobEvent.CancelRequested e => Line(e.At, e.By, "cancel", Job(job), userOf(job.Value), e.Force ? "by force" : ""),
        JobEvent.Held e => Line(e.At, e.By, "hold", Job(job), userOf(job.Value), e.Reason),
        JobEvent.Released e => Line(e.At, e.By, "release", Job(job), userOf(job.Value), ""),
        JobEvent.PriorityChanged e => Line(e.At, e.By, "set priority", Job(job), userOf(job.Value), Text(e.Priority)),
        JobEvent.TasksReopened e => Line(e.At, e.By, "retry", Job(job), userOf(job.Value), $"{Text(e.Tasks.Sum(range => range.Count))} tasks"),
        JobEvent.ContextChanged e => Line(e.At, e.By, "promote", Job(job), userOf(job.Value), ContextText(e.Context)),
        _ => null,
    };

    private static AuditLine? OfNodes(MembershipEvent @event) => @event switch
    {
        MembershipEvent.KeyCreated e => Line(e.At, e.By, "create key", $"key {e.Id}", null, e.Note),
        MembershipEvent.KeyRevoked e => Line(e.At, e.By, "revoke key", $"key {e.Id}", null, ""),
        MembershipEvent.IdentityRevoked e => Line(e.At, e.By, "revoke identity", $"node {e.Node}", null, ""),
        MembershipEvent.NodeDrained e => Line(e.At, e.By, "drain", $"node {e.Node}", null, ""),
        MembershipEvent.NodeResumed e => Line(e.At, e.By, "resume", $"node {e.Node}", null, ""),
        _ => null,
    };

    private static AuditLine OfUsers(UserEvent @event) => @event switch
    {
        UserEvent.Added e => Line(e.At, e.By, "add user", User(e.Name), e.Name, $"type {Rights.TextOf(e.Type)}"),
        UserEvent.Changed e => Line(e.At, e.By, "change user", User(e.Name), e.Name, $"type {Rights.TextOf(e.Type)}, {ContextText(e.Context)}{string.Concat(e.Projects.Select(project => $", member of '{project}'"))}"),
        UserEvent.PasswordSet e => Line(e.At, e.By, "set password", User(e.Name), e.Name, ""),
        UserEvent.Disabled e => Line(e.At, e.By, "disable user", User(e.Name), e.Name, ""),
        UserEvent.Enabled e => Line(e.At, e.By, "enable user", User(e.Name), e.Name, ""),
        UserEvent.TokenCreated e => Line(e.At, e.By, e.ByPassword ? "log in" : "create token", $"token {e.Id}", e.User, e.Note),
        UserEvent.TokenRevoked e => Line(e.At, e.By, "revoke token", $"token {e.Id}", e.User, ""),
        UserEvent.Locked e => Line(e.At, "", "lock", User(e.Name), e.Name, $"{Text(e.Tries)} wrong passwords"),
        UserEvent.Acted e => Line(e.At, e.By, e.Action, e.Thing, e.Owner, e.Detail),
        _ => throw new InvalidOperationException($"The audit knows no event {@event.GetType().Name}."),
    };

    private static AuditLine Line(DateTimeOffset at, string who, string action, string thing, string? owner, string detail) =>
        new(0, at, who, action, thing, owner == who ? null : owner, detail.Length <= DetailLengthMax ? detail : string.Concat(detail.AsSpan(0, DetailLengthMax - 1), "…"));

    private static string Job(JobId job) => $"job {job}";

    private static string User(string name) => $"user {name}";

    private static string ContextText(WorkContext context) => $"project '{context.Project}', privileges {UserText.TextOf(context.Privileges)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Which lines; null means any.</summary>
/// <param name="Who">Only what this one did.</param>
/// <param name="About">Only what this one did, or what was done to something of his.</param>
/// <param name="Thing">Only what was done to this.</param>
/// <param name="Before">Only lines with a smaller number: for the next page.</param>
/// <param name="Limit">At most so many, the newest.</param>
public sealed record AuditFilter(string? Who = null, string? About = null, string? Thing = null, long? Before = null, int Limit = 100);
