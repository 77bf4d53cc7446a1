namespace Dpu.Domain.Scaling;

/// <summary>The bounds within which pilots are submitted.</summary>
/// <param name="Min">So many are kept also when nothing waits.</param>
/// <param name="Max">There are never more, whatever is asked for; those that are leaving count.</param>
/// <param name="AtOnceMax">So many may wait in the batch system or be on their way up: a site that gives us nothing is not flooded.</param>
/// <param name="IdleExit">Under an automatic target, one that has had nothing to do for so long leaves.</param>
/// <param name="QueueExpiry">One that has waited in the batch system for so long is withdrawn: its key is about to expire.</param>
/// <param name="BackOffMin">The pause after a failure; each further one doubles it.</param>
/// <param name="BackOffMax">The longest pause.</param>
public sealed record ScalingPolicy(int Min, int Max, int AtOnceMax, TimeSpan IdleExit, TimeSpan QueueExpiry, TimeSpan BackOffMin, TimeSpan BackOffMax)
{
    /// <summary>When something may be submitted again after so many failures in a row.</summary>
    public TimeSpan PauseAfter(int failures)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        // 2^30 of any pause that can be configured is longer than any bound.
        var pause = BackOffMin.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30));
        return pause < BackOffMax.TotalSeconds ? TimeSpan.FromSeconds(pause) : BackOffMax;
    }
}
