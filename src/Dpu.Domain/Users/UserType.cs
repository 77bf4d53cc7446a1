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

    /// <summary>A sentence for whoever lacks <paramref name="right"/>: which type it takes, and which he has.</summary>
    public static string Refusal(Right right, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return right switch
        {
            Right.RunRecipes => $"To run something here one has to be a user of type 1, 2 or 3: {Who(caller)}.",
            Right.ChooseResources => $"Nodes, resources, versions and priorities are chosen by users of type 2 or 3: {Who(caller)}.",
            Right.ShipCode => $"Code of their own is shipped by users of type 3: {Who(caller)}.",
            Right.RunCommands => $"Commands of any kind are run by users of type 3: {Who(caller)}.",
            Right.Operate => $"This is for operators (nodes, keys, users, configuration, files of the DPU's host, other people's jobs): {Who(caller)}.",
            _ => throw new ArgumentOutOfRangeException(nameof(right), right, "unknown right"),
        };
    }

    /// <summary>As in <c>dpu user add --type</c>: the numbers of the design note, and words for those that it does not number.</summary>
    public static string TextOf(UserType type) => type switch
    {
        UserType.Visitor => "visitor",
        UserType.Standard => "1",
        UserType.Steering => "2",
        UserType.Developer => "3",
        UserType.Operator => "operator",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type of user"),
    };

    /// <summary>The type that <see cref="TextOf"/> writes so; null for anything else.</summary>
    public static UserType? TypeOf(string? text) => Enum.GetValues<UserType>().Cast<UserType?>().FirstOrDefault(type => TextOf(type!.Value) == text);

    private static string Who(Caller caller) => (caller.Name, caller.Type) switch
    {
        (null, _) => "you are a visitor",
        ({ } name, UserType.Visitor) => $"you are '{name}', who may look only",
        ({ } name, UserType.Operator) => $"you are '{name}', an operator",
        ({ } name, var type) => $"you are '{name}', a user of type {TextOf(type)}",
    };
}
