using System.Collections.Immutable;
using Dpu.Actors.Scaling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;

namespace Dpu.Service.Pilots;

/// <summary>What a batch system is asked to run.</summary>
/// <param name="Name">Letters, digits, <c>-</c> and <c>_</c>; begins with a letter.</param>
/// <param name="Script">A POSIX shell script.</param>
/// <param name="Needs">Cpus, and memory in bytes; 0 bytes leaves it to the site.</param>
/// <param name="WallTime">How long it may run; null leaves it to the site.</param>
/// <param name="Output">Where what it says is appended, on the host where it runs.</param>
internal sealed record PilotJob(string Name, string Script, Resources Needs, TimeSpan? WallTime, string Output);

/// <summary>What a site's batch system needs to be told with each pilot.</summary>
/// <param name="Queue">Its partition or queue; null for the site's default.</param>
/// <param name="ParallelEnvironment">Grid Engine's parallel environment for several cpus on one host.</param>
/// <param name="Options">Further arguments of the submitting command, each one as it is.</param>
public sealed record BatchSettings(string? Queue, string? ParallelEnvironment, ImmutableArray<string> Options);

/// <summary>The commands of one batch system. Each call is one command that ends within a bounded time.</summary>
internal interface IPilotProvider
{
    /// <summary>As in <c>--via</c>.</summary>
    string Name { get; }

    /// <summary>Whether others on the host can read a script that runs: then no secret may stand in it.</summary>
    bool ScriptsAreReadable { get; }

    /// <summary>The id of the new job.</summary>
    /// <exception cref="BatchSystemException">It was refused, or the command did not answer.</exception>
    Task<string> SubmitAsync(PilotJob job, CancellationToken cancellationToken);

    /// <summary>The jobs of this user.</summary>
    /// <exception cref="BatchSystemException">The command failed, or said what cannot be understood.</exception>
    Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken);

    /// <exception cref="BatchSystemException">The command failed.</exception>
    Task CancelAsync(string id, CancellationToken cancellationToken);
}
