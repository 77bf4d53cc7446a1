namespace Dpu.Domain.Users;

/// <summary>Who sees what a job makes: the levels of Astro-WISE, with its numbers. A higher one shows it to more.</summary>
public enum Privileges
{
    /// <summary>Its user alone.</summary>
    MyDb = 1,

    /// <summary>The members of its project.</summary>
    Project = 2,

    /// <summary>Every user of the DPU.</summary>
    Users = 3,

    /// <summary>Visitors, too.</summary>
    World = 4,
}

/// <summary>In which project something is made, and who sees it. With its user it is the <em>context</em> of a job or a file.</summary>
public sealed record WorkContext(string Project, Privileges Privileges)
{
    /// <summary>The project that every user belongs to.</summary>
    public const string CommonProject = "common";

    /// <summary>Where nothing else is asked for.</summary>
    public static WorkContext Usual { get; } = new(CommonProject, Privileges.Project);

    /// <summary>What comes from a telescope, unless it is said whose it is.</summary>
    public static WorkContext OfRawData { get; } = new(CommonProject, Privileges.Users);

    /// <summary>The same project, for the user alone.</summary>
    public WorkContext ForUserAlone() => this with { Privileges = Privileges.MyDb };
}
