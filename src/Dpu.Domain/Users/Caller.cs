using System.Collections.Immutable;

namespace Dpu.Domain.Users;

/// <summary>Somebody who asks, and what he is allowed: every answer about jobs and files is one to a caller.</summary>
/// <param name="Name">The user's name; null for a visitor.</param>
/// <param name="Type">How much he may do.</param>
/// <param name="Projects">The projects that he is a member of; every user is one of <see cref="WorkContext.CommonProject"/>.</param>
public sealed record Caller(string? Name, UserType Type, ImmutableSortedSet<string> Projects)
{
    /// <summary>Nobody in particular.</summary>
    public static Caller Visitor { get; } = new(null, UserType.Visitor, []);

    /// <summary>An operator: sees and may do everything.</summary>
    public static Caller OperatorNamed(string name) => new(name, UserType.Operator, [WorkContext.CommonProject]);

    /// <summary>Whether he has a right.</summary>
    public bool Has(Right right) => Type >= Rights.LeastTypeFor(right);

    /// <summary>Whether he may look into what <paramref name="owner"/> made in <paramref name="context"/>: tasks, logs, files.</summary>
    public bool Sees(string? owner, WorkContext context) =>
        Type == UserType.Operator
        || (Name is not null && Name == owner)
        || context.Privileges switch
        {
            Privileges.MyDb => false,
            Privileges.Project => Projects.Contains(context.Project),
            Privileges.Users => Name is not null,
            Privileges.World => true,
            _ => throw new InvalidOperationException($"There are no privileges {context.Privileges}."),
        };

    /// <summary>Whether he sees that a job is there: its line in the queue. Only private ones are hidden.</summary>
    public bool SeesInQueue(string owner, WorkContext context) => context.Privileges != Privileges.MyDb || Sees(owner, context);

    /// <summary>Whether he may cancel, hold, release or retry it, and the like.</summary>
    public bool MayChange(string owner) => Type == UserType.Operator || (Name is not null && Name == owner && Has(Right.RunRecipes));
}
