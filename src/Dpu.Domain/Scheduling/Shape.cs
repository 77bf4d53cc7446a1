using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Where a task could run if nothing else did. Compared by content.</summary>
/// <param name="Need">What it holds.</param>
/// <param name="Tags">What its node must have.</param>
/// <param name="Host">The only node it may run on, or null.</param>
/// <param name="Avoid">Nodes that are taken only if no other one would do.</param>
/// <param name="Programs">What its node must have; none for a command of the user's own.</param>
internal sealed record Shape(Resources Need, NameSet Tags, string? Host, NameSet Avoid, NameSet Programs = default);

/// <summary>
/// What makes waiting tasks alike for a plan: when one of them fits nowhere now, none does, and all are skipped at once.
/// </summary>
/// <param name="Priority">Their jobs' priority.</param>
/// <param name="Shape">Where they could run.</param>
/// <param name="Length">How long they take at most: a power of two of seconds; null when nobody knows.</param>
/// <param name="Short">Whether they may be given ahead.</param>
/// <param name="Recipe">Their recipe, when it has a limit.</param>
/// <param name="Own">Their step, when nodes may be full of it: some of it run, and how many may on one node is limited.</param>
internal sealed record ClassKey(int Priority, Shape Shape, int? Length, bool Short, string? Recipe, KnownStep? Own);

/// <summary>Names in order, compared by content.</summary>
internal readonly struct NameSet(ImmutableArray<string> names) : IEquatable<NameSet>
{
    private readonly ImmutableArray<string> _names = names;

    public static NameSet Of(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    public ImmutableArray<string> Names => _names.IsDefault ? [] : _names;

    public bool IsEmpty => Names.IsEmpty;

    public bool IsDisjointFrom(NameSet other) => IsEmpty || other.IsEmpty || !Names.Any(other.Contains);

    public bool Contains(string name) => Names.BinarySearch(name, StringComparer.Ordinal) >= 0;

    public bool Equals(NameSet other) => Names.SequenceEqual(other.Names, StringComparer.Ordinal);

    public override bool Equals(object? obj) => obj is NameSet other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var name in Names)
        {
            hash.Add(name, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
