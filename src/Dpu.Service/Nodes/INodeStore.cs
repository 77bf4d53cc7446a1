using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>The seam between a node's work directories and the store: on the same disk, on a shared one, or behind a frontend.</summary>
internal interface INodeStore
{
    /// <summary>Where paths that are registered relative to the store begin; absolute.</summary>
    string Root { get; }

    /// <summary>Sees to it that the inputs of an attempt can be read here, and says where; counts those that have to be brought.</summary>
    /// <exception cref="TaskFilesException">An input is not there; the message is for people.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    Task<TaskPlace> BringAsync(AttemptId attempt, TaskWork.Directed work, TaskPlace place, FilesProgress progress, CancellationToken cancellationToken);

    /// <summary>Where outputs of an attempt go.</summary>
    IOutputStore OutputsOf(AttemptId attempt);

    /// <summary>See <see cref="ITaskFiles.DiscardAsync"/>.</summary>
    Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>See <see cref="ITaskFiles.Settled"/>.</summary>
    void Settled(AttemptId attempt, string workDirectory);
}

/// <summary>The place of an attempt's outputs.</summary>
internal interface IOutputStore
{
    /// <summary>The folder that holds what was saved already and is no longer in the work directory; null when everything stays there.</summary>
    string? Saved { get; }

    /// <summary>Says why a file cannot be saved, before any of its attempt is; does nothing when it can, or was.</summary>
    /// <param name="source">Where the recipe left it; absolute.</param>
    /// <param name="place">Where it goes, relative to the attempt's folder in the store.</param>
    /// <param name="shownName">What people call it.</param>
    /// <exception cref="TaskFilesException">The file is missing, is no regular file, or cannot be read.</exception>
    void Check(string source, string place, string shownName);

    /// <summary>Size and SHA-256 of the file, which is in its place afterwards. Again, after a crash, is the same. Tells how far it is on its way.</summary>
    /// <exception cref="TaskFilesException">The file is missing, is no regular file, or cannot be saved.</exception>
    Task<(long SizeBytes, string Sha256)> SaveAsync(string source, string place, string shownName, FileProgress progress, CancellationToken cancellationToken);
}
