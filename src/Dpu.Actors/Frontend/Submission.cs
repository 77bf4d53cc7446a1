using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;

namespace Dpu.Actors.Frontend;

/// <summary>What a user asks for.</summary>
/// <param name="User">Who asks.</param>
/// <param name="IdempotencyKey">The client's name for this submission: asking again with it gives the same job.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Tags">Words of the user's own.</param>
public abstract record Submission(string User, string IdempotencyKey, int Priority, ImmutableArray<string> Tags)
{
    /// <summary>The campaign that it belongs to, or null.</summary>
    public CampaignRequest? Campaign { get; init; }

    /// <summary>The version of the recipes; null for the usual one.</summary>
    public string? Version { get; init; }

    /// <summary>The code of the user's own, or null.</summary>
    public ShippedCode? Code { get; init; }

    /// <summary>What of the user's settings goes along.</summary>
    public ShippedSettings Settings { get; init; } = ShippedSettings.None;

    /// <inheritdoc cref="JobSpec.Isolated"/>
    public bool Isolated { get; init; }

    /// <summary>Who sees it and what it makes, beside its user; it follows which files it may read.</summary>
    public WorkContext Context { get; init; } = WorkContext.Usual;

    /// <inheritdoc cref="JobSpec.Notify"/>
    public ImmutableArray<NotifyWay>? Notify { get; init; }

    /// <inheritdoc cref="JobSpec.Trace"/>
    public TraceRoot? Trace { get; init; }

    /// <summary>What of the catalog it may read.</summary>
    public FileScope Scope => new(User, Context);

    /// <summary>Jobs that must have ended FINISHED before anything of this one starts.</summary>
    public ImmutableArray<JobId> After { get; init; } = [];

    /// <summary>A sequence of recipes.</summary>
    /// <param name="Sequence">As typed.</param>
    /// <param name="Arguments">Option tokens as typed behind it.</param>
    /// <param name="Options">Options by name instead of tokens; null when tokens are given.</param>
    /// <param name="EstimatedSeconds">The user's own estimate, or null.</param>
    /// <param name="MemoryBytes">Memory of each task instead of what the recipes declare, or null.</param>
    public sealed record OfRecipes(
        string User,
        string IdempotencyKey,
        int Priority,
        ImmutableArray<string> Tags,
        string Sequence,
        ImmutableArray<string> Arguments,
        JsonElement? Options,
        double? EstimatedSeconds,
        long? MemoryBytes) : Submission(User, IdempotencyKey, Priority, Tags);

    /// <summary>A command, once or for each line.</summary>
    public sealed record OfCommand(
        string User,
        string IdempotencyKey,
        int Priority,
        ImmutableArray<string> Tags,
        ImmutableArray<string> Command,
        TaskLines? Lines,
        Resources Resources) : Submission(User, IdempotencyKey, Priority, Tags)
    {
        /// <summary>Which lines belong to which node, all of them; empty for any node.</summary>
        public ImmutableArray<HostRange> Hosts { get; init; } = [];

        /// <summary>How many tasks may run on one node at once; null for as many as fit.</summary>
        public int? MaxPerNode { get; init; }

        /// <summary>How long one task is expected to run; 0 when nobody knows.</summary>
        public double ExpectedSeconds { get; init; }
    }
}

/// <summary>A place in a campaign, as it is asked for.</summary>
/// <param name="Name">The campaign.</param>
/// <param name="Request">Number of the request, from 1.</param>
/// <param name="Unit">What is processed.</param>
/// <param name="Attempt">Which try at the unit; null for the next one.</param>
public sealed record CampaignRequest(string Name, int Request, string Unit, int? Attempt = null);
