using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Domain.Execution;
using Dpu.Domain.Notifications;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;

namespace Dpu.Domain.Jobs;

/// <summary>What one task holds while it runs.</summary>
/// <param name="Cpus">Whole cpus, at least 1.</param>
/// <param name="MemoryBytes">Bytes; 0 when nothing is known or asked.</param>
public readonly record struct Resources(int Cpus, long MemoryBytes);

/// <summary>What a user submitted, as it was accepted at the door.</summary>
/// <param name="Sequence">The recipes chained with <c>&gt;</c>, or <c>exec</c>.</param>
/// <param name="User">Whose job it is.</param>
/// <param name="Priority">Higher runs first; 0 is usual.</param>
/// <param name="Tags">Words of the user's own.</param>
/// <param name="Commit">Whether later jobs may find its outputs as their inputs.</param>
/// <param name="EstimatedSeconds">Expected process time of the whole job.</param>
/// <param name="IdempotencyKey">The client's own name for this submission: the same key is the same job.</param>
/// <param name="Fingerprint">A hash of what was asked, to tell a repeated submission from a reused key.</param>
public sealed record JobSpec(
    string Sequence,
    string User,
    int Priority,
    ImmutableArray<string> Tags,
    bool Commit,
    double EstimatedSeconds,
    string IdempotencyKey,
    string Fingerprint)
{
    /// <summary>What was asked for beside the sequence; a retry with changed parameters begins with it.</summary>
    [JsonRequired]
    public AskedOptions Asked { get; init; } = AskedOptions.None;

    /// <summary>Jobs that must have ended FINISHED before any task of this one starts.</summary>
    [JsonRequired]
    public ImmutableArray<JobId> After { get; init; } = [];

    /// <summary>The campaign that it belongs to, or null.</summary>
    [JsonRequired]
    public CampaignUnit? Campaign { get; init; }

    /// <summary>Who sees it and what it makes, beside <see cref="User"/>. With code of the user's own it is private.</summary>
    [JsonRequired]
    public WorkContext Context { get; init; } = WorkContext.Usual;

    /// <summary>Whether its tasks run as a Unix user of the job's own where a node can do that: it is a user's, not an operator's.</summary>
    [JsonRequired]
    public bool Isolated { get; init; }

    /// <summary>Which version of the recipes it runs; null for the usual one.</summary>
    [JsonRequired]
    public string? Version { get; init; }

    /// <summary>The code of the user's own that its recipes run with, or null.</summary>
    [JsonRequired]
    public ShippedCode? Code { get; init; }

    /// <summary>How its user is told that it has ended; null when his settings decide, none when he is not.</summary>
    [JsonRequired]
    public ImmutableArray<NotifyWay>? Notify { get; init; }

    /// <summary>The trace that it belongs to; null when it is not traced.</summary>
    [JsonRequired]
    public TraceRoot? Trace { get; init; }

    /// <summary>What of the user's settings its tasks find.</summary>
    [JsonRequired]
    public ShippedSettings Settings { get; init; } = ShippedSettings.None;
}

/// <summary>A submission's options as they were given: as tokens or as a JSON object by name.</summary>
/// <param name="Arguments">Tokens behind the sequence; empty when <paramref name="Options"/> holds them.</param>
/// <param name="Options">JSON text of an object, or null.</param>
/// <param name="MemoryBytes">Memory of each task instead of what the recipes declare, or null.</param>
public sealed record AskedOptions(ImmutableArray<string> Arguments, string? Options, long? MemoryBytes)
{
    public static AskedOptions None { get; } = new([], null, null);
}

/// <summary>A job's place in a campaign: its names never clash with those of another one of it.</summary>
/// <param name="Name">The campaign.</param>
/// <param name="Request">Number of the request within the campaign, from 1: a chunk of it, or one of its nights.</param>
/// <param name="Unit">What is processed: an exposure, a tile, a night; any text.</param>
/// <param name="Attempt">How many times this unit of this request was submitted, this time included.</param>
public sealed record CampaignUnit(string Name, int Request, string Unit, int Attempt);
