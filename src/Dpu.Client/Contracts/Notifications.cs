using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>How one is told that jobs of one's own have ended.</summary>
/// <param name="Mail">The address that mails go to; null for none.</param>
/// <param name="Webhook">Where signed requests go; null for none.</param>
/// <param name="When">Of which jobs where the submission does not say it: <c>asked</c> (none), <c>failed</c> (those that did not end FINISHED) or <c>always</c>.</param>
/// <param name="Offered">The ways that this DPU has: <c>mail</c>, <c>webhook</c>.</param>
/// <param name="WebhookOrigins">Where webhooks may go.</param>
/// <param name="Pending">How many notifications are on their way to one.</param>
public sealed record NotifyInfo(string? Mail, string? Webhook, string When, IReadOnlyList<string> Offered, IReadOnlyList<string> WebhookOrigins, int Pending)
{
    /// <summary>Signs requests to the webhook (Standard Webhooks, <c>whsec_…</c>); told when the webhook is set.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WebhookSecret { get; init; }
}

/// <summary>Changes how one is told; null leaves something as it is, an empty text takes it away.</summary>
/// <param name="Mail">The address that mails go to.</param>
/// <param name="Webhook">Where signed requests go. The same again makes a new secret.</param>
/// <param name="When">As in <see cref="NotifyInfo"/>.</param>
public sealed record NotifyRequest(string? Mail = null, string? Webhook = null, string? When = null);

/// <summary>Sends something at once, to see whether it arrives.</summary>
/// <param name="Way"><c>mail</c> or <c>webhook</c>.</param>
public sealed record NotifyTestRequest(string Way);

/// <summary>What a webhook is sent, signed as Standard Webhooks has it.</summary>
/// <param name="Type"><c>job.ended</c>, or <c>test</c>.</param>
/// <param name="Timestamp">When that happened.</param>
/// <param name="Data">What ended, and where.</param>
public sealed record WebhookNotice(string Type, DateTimeOffset Timestamp, WebhookData Data);

/// <summary>A job that has ended.</summary>
/// <param name="Dpu">The DPU's name.</param>
/// <param name="JobId">The job.</param>
/// <param name="Sequence">What was submitted.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Status">FINISHED, FAILED or CANCELLED.</param>
/// <param name="Counts">Its tasks.</param>
/// <param name="Submitted">When it was accepted.</param>
/// <param name="Started">When its first task was given to a node; null when none was.</param>
/// <param name="Ended">When it ended.</param>
public sealed record WebhookData(
    string Dpu, int JobId, string Sequence, string User, string Status, JobCounts Counts, DateTimeOffset Submitted, DateTimeOffset? Started, DateTimeOffset Ended);
