using System.Text.Json;
using Dpu.Actors.Jobs;
using Dpu.Domain.Campaigns;

namespace Dpu.Actors.Campaigns;

/// <summary>What the <see cref="CampaignActor"/> understands; all of it comes from itself.</summary>
public abstract record CampaignMessage
{
    private CampaignMessage()
    {
    }

    internal sealed record Look : CampaignMessage
    {
        public static Look Instance { get; } = new();
    }

    /// <param name="Owed">What is due.</param>
    /// <param name="Next">When something more is due; null when nothing is known to be.</param>
    internal sealed record Found(List<CampaignSubmission> Owed, DateTimeOffset? Next) : CampaignMessage;

    internal sealed record LookFailed(Exception Reason) : CampaignMessage;

    /// <param name="Owed">What was submitted.</param>
    /// <param name="Reply">The answer, or null when there was none.</param>
    /// <param name="Reason">Why there was none.</param>
    internal sealed record Answered(CampaignSubmission Owed, SubmitReply? Reply, Exception? Reason) : CampaignMessage;
}

/// <summary>Options by name, as a submission takes them.</summary>
public static class AskedJson
{
    public static JsonElement? Parse(string? options)
    {
        if (options is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(options);
        return document.RootElement.Clone();
    }
}
