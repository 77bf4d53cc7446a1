using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Users;

/// <summary>What somebody asks for when he says where something belongs.</summary>
/// <param name="Project">A project; null for the usual one.</param>
/// <param name="Privileges">As in <see cref="PrivilegeNames"/>; null for the usual ones.</param>
public sealed record AskedContext(string? Project, string? Privileges)
{
    public static AskedContext Usual { get; } = new(null, null);
}

/// <summary>Where what is made may belong, and to whom it may be shown later.</summary>
public static class ContextRules
{
    public const string BadPrivileges = "bad-privileges";
    public const string NotAMember = "not-a-member";
    public const string CodeIsPrivate = "code-is-private";
    public const string NotAllowed = "not-allowed";
    public const string IsShown = "is-shown";

    /// <summary>The context of a submission, or of files that are ingested.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="asked">For what.</param>
    /// <param name="usual">Where he does not say.</param>
    /// <param name="withCode">Whether it runs code of his own: then it is his alone.</param>
    public static Checked<WorkContext> For(Caller caller, AskedContext asked, WorkContext usual, bool withCode = false)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(usual);
        if (PrivilegesOf(asked, usual) is not { } privileges)
        {
            return Refuse(BadPrivileges, UnknownPrivileges(asked.Privileges!), NearestName.Find(asked.Privileges!, PrivilegeNames.All));
        }

        var project = asked.Project ?? usual.Project;
        if (!IsMember(caller, project))
        {
            var nearest = NearestName.Find(project, caller.Projects);
            var hint = nearest is null ? $"You work for {string.Join(", ", caller.Projects)}." : $"Did you mean '{nearest}'?";
            return Refuse(NotAMember, $"You are no member of a project '{project}'. {hint}", nearest);
        }

        var context = new WorkContext(project, privileges);
        return !withCode ? new Checked<WorkContext>.Accepted(context)
            : asked.Privileges is null || privileges == Privileges.MyDb ? new Checked<WorkContext>.Accepted(context.ForUserAlone())
            : Refuse(CodeIsPrivate, $"What code of your own makes is yours alone: leave privileges '{asked.Privileges}' out. An operator can show it to others later, or the job is run again with released code.");
    }

    /// <summary>Why a job may not be shown to others than now; null when it may.</summary>
    /// <param name="caller">Who wants it, who may change the job.</param>
    /// <param name="job">Its number, for the sentence.</param>
    /// <param name="now">Its context.</param>
    /// <param name="ranOwnCode">Whether it ran code of its user's own.</param>
    /// <param name="asked">The context that is wanted.</param>
    public static SubmissionError? WhyNotShow(Caller caller, Jobs.JobId job, WorkContext now, bool ranOwnCode, WorkContext asked)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(now);
        return caller.Has(Right.Operate) ? null
            : ranOwnCode && asked != now
                ? new SubmissionError(NotAllowed, $"Job {job} ran code of its user's own: what it made is shown to others by an operator. 'dpu rerun {job}' runs the same with released code.")
            : !IsShownToAllOf(now, asked)
                ? new SubmissionError(IsShown, $"What job {job} made is shown to {Audience(now)} already, and may be in use: that is taken back by operators only.")
            : null;
    }

    /// <summary>Whether whoever sees the one sees the other.</summary>
    public static bool IsShownToAllOf(WorkContext now, WorkContext then)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(then);
        return then.Privileges > now.Privileges
            || (then.Privileges == now.Privileges && (then.Project == now.Project || now.Privileges != Privileges.Project));
    }

    /// <summary>Who sees it, in words.</summary>
    public static string Audience(WorkContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Privileges switch
        {
            Privileges.MyDb => "its user alone",
            Privileges.Project => $"members of project {context.Project}",
            Privileges.Users => "users of this DPU",
            Privileges.World => "everybody",
            _ => throw new InvalidOperationException($"There are no privileges {context.Privileges}."),
        };
    }

    private static Privileges? PrivilegesOf(AskedContext asked, WorkContext usual) => asked.Privileges is { } text ? PrivilegeNames.Parse(text) : usual.Privileges;

    /// <summary>Everybody belongs to the common project; an operator to all of them.</summary>
    private static bool IsMember(Caller caller, string project) =>
        project.Length > 0 && (caller.Has(Right.Operate) || project == WorkContext.CommonProject || caller.Projects.Contains(project));

    private static string UnknownPrivileges(string text)
    {
        var nearest = NearestName.Find(text, PrivilegeNames.All);
        return $"There are no privileges '{text}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")} They are {string.Join(", ", PrivilegeNames.All)}, from oneself alone to everybody.";
    }

    private static Checked<WorkContext>.Refused Refuse(string code, string message, string? suggestion = null) => new([new SubmissionError(code, message, null, suggestion)]);
}
