namespace Dpu.Domain.Notifications;

/// <summary>How somebody is told that a job of his has ended.</summary>
public enum NotifyWay
{
    /// <summary>By a mail to his address.</summary>
    Mail,

    /// <summary>By a request to an address of his, signed.</summary>
    Webhook,
}

/// <summary>Of which jobs somebody is told when their submission does not say it.</summary>
public enum NotifyWhen
{
    /// <summary>Of none.</summary>
    Asked,

    /// <summary>Of those that did not end FINISHED.</summary>
    Failed,

    /// <summary>Of all.</summary>
    Always,
}

/// <summary>Where somebody is told.</summary>
/// <param name="Mail">His address; null for none.</param>
/// <param name="Webhook">His webhook; null for none.</param>
/// <param name="When">What holds where a submission says nothing.</param>
public sealed record NotifySettings(string? Mail, WebhookTarget? Webhook, NotifyWhen When)
{
    public static NotifySettings None { get; } = new(null, null, NotifyWhen.Asked);

    public bool Has(NotifyWay way) => way switch
    {
        NotifyWay.Mail => Mail is not null,
        NotifyWay.Webhook => Webhook is not null,
        _ => throw new InvalidOperationException($"Nobody is told by {way}."),
    };

    /// <summary>All ways that he has.</summary>
    public IEnumerable<NotifyWay> AllWays() => Enum.GetValues<NotifyWay>().Where(Has);
}

/// <summary>A webhook.</summary>
/// <param name="Url">Where requests go.</param>
/// <param name="KeyId">Names the secret that signs them: it is derived from this and from what the DPU alone knows, so that none stands in the journal. Another one with each change of the address.</param>
public sealed record WebhookTarget(string Url, string KeyId);
