namespace Dpu.Domain.Scheduling;

/// <summary>How work is shared out just now: one place for all parts of a scheduler, so that they never go by different policies.</summary>
internal sealed class PolicyInForce(SchedulingPolicy first)
{
    public SchedulingPolicy Now { get; set; } = first;
}
