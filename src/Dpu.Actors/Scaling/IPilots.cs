using Dpu.Domain.Scaling;

namespace Dpu.Actors.Scaling;

/// <summary>A pilot that is to be submitted.</summary>
/// <param name="Name">Its name, which becomes its node's and its batch job's.</param>
/// <param name="Lasting">Whether it stays when it has nothing to do.</param>
public sealed record PilotOrder(string Name, bool Lasting);

/// <summary>A batch system that runs pilots for this DPU.</summary>
public interface IPilots
{
    /// <summary>What people call it: <c>slurm</c>, <c>gridengine</c>.</summary>
    string Via { get; }

    /// <summary>Makes a key for the pilot and gives it to the batch system.</summary>
    /// <returns>What the batch system calls it.</returns>
    /// <exception cref="BatchSystemException">It does not take it, or did not answer (<see cref="BatchSystemException.Unanswered"/>): then it may have it all the same, under its name.</exception>
    Task<string> SubmitAsync(PilotOrder order, CancellationToken cancellationToken);

    /// <summary>All jobs of this service's user that it still tells of, also those that are no pilots.</summary>
    /// <exception cref="BatchSystemException">It does not answer.</exception>
    Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Takes a job back. One that is over already is no error.</summary>
    /// <exception cref="BatchSystemException">It does not do it.</exception>
    Task CancelAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>A pilot is no more: what was made for it is taken back.</summary>
    Task ForgetAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A batch system did not do what it was asked for. The message is a sentence that names the command and what it said.</summary>
/// <param name="message">The sentence.</param>
/// <param name="unanswered">Whether what was asked for may have been done all the same.</param>
public sealed class BatchSystemException(string message, bool unanswered = false) : Exception(message)
{
    public bool Unanswered { get; } = unanswered;
}
