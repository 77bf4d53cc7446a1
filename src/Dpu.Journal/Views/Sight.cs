using Dpu.Domain.Catalog;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// What callers see and what jobs may read, as conditions on rows: lists are filtered where they are read, so that a page is full and a count true. Each gives
/// the answer of its pure counterpart for every row.
/// </summary>
internal static class Sight
{
    /// <summary><see cref="Caller.SeesInQueue"/> for rows of <c>jobs</c>.</summary>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    /// <param name="table">The table's name in the query.</param>
    public static Condition OfLines(Caller? caller, string table) => caller switch
    {
        null or { Type: UserType.Operator } => Condition.Always,
        { Name: { } name } => new Condition($"({table}.privileges > 1 OR {table}.user = ?)", [name]),
        _ => new Condition($"{table}.privileges > 1", []),
    };

    /// <summary><see cref="Caller.Sees"/> for rows with the columns <c>project</c> and <c>privileges</c>.</summary>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    /// <param name="table">The table's name in the query.</param>
    /// <param name="owner">The column that says whose it is; it may be NULL.</param>
    public static Condition OfWhatIsMade(Caller? caller, string table, string owner) => caller switch
    {
        null or { Type: UserType.Operator } => Condition.Always,
        { Name: { } name } => new Condition(
            $"({table}.privileges > 2 OR {table}.{owner} IS ? OR ({table}.privileges = 2 AND {table}.project IN (SELECT value FROM json_each(?))))",
            [name, ViewText.OfTags([.. caller.Projects])]),
        _ => new Condition(
            $"({table}.privileges > 3 OR ({table}.privileges = 2 AND {table}.project IN (SELECT value FROM json_each(?))))",
            [ViewText.OfTags([.. caller.Projects])]),
    };

    /// <summary><see cref="FileScope.Includes(CatalogFile)"/> for rows of <c>files</c>.</summary>
    public static Condition Within(FileScope? scope, string table) => scope?.Context switch
    {
        null => Condition.Always,
        { Privileges: Privileges.MyDb } context => new Condition(
            $"({table}.privileges > 2 OR ({table}.privileges = 2 AND {table}.project = ?) OR ({table}.privileges = 1 AND {table}.owner IS ?))", [context.Project, scope.User]),
        { Privileges: Privileges.Project } context => new Condition($"({table}.privileges > 2 OR ({table}.privileges = 2 AND {table}.project = ?))", [context.Project]),
        { Privileges: Privileges.Users } => new Condition($"{table}.privileges > 2", []),
        { Privileges: Privileges.World } => new Condition($"{table}.privileges > 3", []),
        { } context => throw new InvalidOperationException($"There are no privileges {context.Privileges}."),
    };
}
