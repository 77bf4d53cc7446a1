using Dpu.Domain.Users;

namespace Dpu.Domain.Catalog;

/// <summary>
/// Which files a job may take from the catalog: those that everybody may see who will see what the job makes, so that nothing private flows into something
/// less private. It follows from the job's user and context alone, not from what the user might see besides.
/// </summary>
/// <param name="User">Whose job it is.</param>
/// <param name="Context">Where what it makes will belong.</param>
public sealed record FileScope(string User, WorkContext Context)
{
    /// <summary>Whether a file may be read. The catalog's SQL gives the same answer.</summary>
    public bool Includes(CatalogFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Includes(file.Owner, file.Context);
    }

    /// <summary>The same for whatever <paramref name="owner"/> has in <paramref name="of"/>.</summary>
    public bool Includes(string? owner, WorkContext of)
    {
        ArgumentNullException.ThrowIfNull(of);
        return Context.Privileges switch
        {
            Privileges.MyDb => of.Privileges >= Privileges.Users || IsOfProject(of) || (of.Privileges == Privileges.MyDb && owner == User),
            Privileges.Project => of.Privileges >= Privileges.Users || IsOfProject(of),
            Privileges.Users or Privileges.World => of.Privileges >= Context.Privileges,
            _ => throw new InvalidOperationException($"There are no privileges {Context.Privileges}."),
        };
    }

    private bool IsOfProject(WorkContext of) => of.Privileges == Privileges.Project && of.Project == Context.Project;
}
