namespace Dpu.Domain.Users;

/// <summary>
/// How much freedom somebody has; rights grow with the type. The numbers are those of the Astro-WISE design note (user types 1 to 3); type 4, who changes
/// more than recipes, runs a DPU of his own and is its operator.
/// </summary>
public enum UserType
{
    /// <summary>Whoever does not say who he is: looks at what is for everybody, and starts nothing.</summary>
    Visitor = 0,

    /// <summary>Runs the standard recipes, where and with what the DPU chooses.</summary>
    Standard = 1,

    /// <summary>Also chooses nodes, resources, priorities and versions.</summary>
    Steering = 2,

    /// <summary>Also ships code of his own, and runs commands.</summary>
    Developer = 3,

    /// <summary>Runs the DPU: nodes, keys, users, other people's jobs.</summary>
    Operator = 9,
}

/// <summary>Something that not everybody may do.</summary>
public enum Right
{
    /// <summary>Submit standard recipes, and do to jobs of one's own what their user may.</summary>
    RunRecipes,

    /// <summary>Choose nodes by tags or hosts, ask for resources, versions, and priorities above the usual.</summary>
    ChooseResources,

    /// <summary>Ship code that recipes run with.</summary>
    ShipCode,

    /// <summary>Run any command.</summary>
    RunCommands,

    /// <summary>Nodes, keys, users, configuration, other people's jobs, files of the frontend's host.</summary>
    Operate,
}

/// <summary>Who may do what.</summary>
public static class Rights
{
    /// <summary>The least type that has <paramref name="right"/>.</summary>
    public static UserType LeastTypeFor(Right right) => right switch
    {
        Right.RunRecipes => UserType.Standard,
        Right.ChooseResources => UserType.Steering,
        Right.ShipCode or Right.RunCommands => UserType.Developer,
        Right.Operate => UserType.Operator,
        _ => throw new ArgumentOutOfRangeException(nameof(right), right, "unknown right"),
    };
}
