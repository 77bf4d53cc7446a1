using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>
/// 1: what a client was told to be durable stands in the journal, in the moment in which it is told, and is there for ever: the journal is read on from
/// where it was read to, and nothing in it changes.
/// </summary>
internal sealed class PromiseWitness(Witness witness)
{
    private readonly Dictionary<(string User, string Key), JobId> _keys = [];

    public void Submitted(JobId id, JobEvent.Submitted submitted) =>
        ViolationException.Unless(_keys.TryAdd((submitted.Spec.User, submitted.Spec.IdempotencyKey), id), $"key {submitted.Spec.IdempotencyKey} made two jobs");

    /// <summary>A client was told that its submission is durable.</summary>
    public void Acknowledged(string user, string key, JobId job)
    {
        witness.Look();
        ViolationException.Unless(witness.Jobs.ContainsKey(job), $"job {job} was acknowledged and is not in the journal");
        ViolationException.Unless(_keys[(user, key)] == job, $"key {key} was acknowledged as job {job} and belongs to job {_keys[(user, key)]}");
    }

    /// <summary>A client was told that its job is cancelled.</summary>
    public void Cancelled(JobId job)
    {
        witness.Look();
        ViolationException.Unless(witness.Jobs[job].WasCancelled, $"the cancellation of job {job} was acknowledged and is not in the journal");
    }

    /// <summary>A client was told that its job runs again.</summary>
    public void Reopened(JobId job, string key)
    {
        witness.Look();
        ViolationException.Unless(witness.Jobs[job].Reopened.Contains(key), $"that job {job} runs again was acknowledged and is not in the journal");
    }

    /// <summary>A client was told that its job is held, or is not any more.</summary>
    public void Held(JobId job, bool held)
    {
        witness.Look();
        ViolationException.Unless(witness.Jobs[job].Held == held || witness.Jobs[job].Ended, $"job {job} was acknowledged to be held: {held}, and the journal tells otherwise");
    }
}
