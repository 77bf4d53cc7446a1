using System.Collections.Immutable;

namespace Dpu.Journal.Sqlite;

/// <summary>A condition on rows, and the values of its marks in their order. There are few texts, so that their statements may be kept; values never stand in them.</summary>
/// <param name="Sql">Never NULL; may stand behind AND.</param>
/// <param name="Values">Texts.</param>
internal sealed record Condition(string Sql, ImmutableArray<string> Values)
{
    /// <summary>Holds always.</summary>
    public static Condition Always { get; } = new("1", []);

    /// <summary>Both.</summary>
    public Condition And(Condition other) => new($"{Sql} AND {other.Sql}", [.. Values, .. other.Values]);
}

/// <summary>Binds conditions.</summary>
internal static class ConditionBinding
{
    public static Statement Bind(this Statement statement, Condition condition)
    {
        foreach (var value in condition.Values)
        {
            statement.Bind(value);
        }

        return statement;
    }
}
