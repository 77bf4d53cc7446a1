using Dpu.Domain.Catalog;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Catalog;

public sealed class FileScopeTests
{
    private static readonly string[] Users = ["jane", "ewout"];
    private static readonly string[] Projects = ["common", "KIDS"];

    /// <summary>What jane's job in project KIDS reads: a line for each of its privileges, a column for each kind of file.</summary>
    [Theory]
    // For each: own MyDB, another's, the project's, another project's, users', the world's.
    [InlineData(Privileges.MyDb, true, false, true, false, true, true)]
    [InlineData(Privileges.Project, false, false, true, false, true, true)]
    [InlineData(Privileges.Users, false, false, false, false, true, true)]
    [InlineData(Privileges.World, false, false, false, false, false, true)]
    public void A_job_reads_what_all_may_see_who_see_what_it_makes(Privileges job, bool own, bool others, bool project, bool elsewhere, bool users, bool world)
    {
        var scope = new FileScope("jane", new WorkContext("KIDS", job));

        scope.Includes("jane", new WorkContext("KIDS", Privileges.MyDb)).ShouldBe(own);
        scope.Includes("ewout", new WorkContext("KIDS", Privileges.MyDb)).ShouldBe(others);
        scope.Includes("ewout", new WorkContext("KIDS", Privileges.Project)).ShouldBe(project);
        scope.Includes("jane", new WorkContext("common", Privileges.Project)).ShouldBe(elsewhere);
        scope.Includes("ewout", new WorkContext("common", Privileges.Users)).ShouldBe(users);
        scope.Includes(null, new WorkContext("common", Privileges.World)).ShouldBe(world);
    }

    /// <summary>The rule itself, over everything there is: who sees an output sees whatever it may have been made of.</summary>
    [Fact]
    public void Nothing_flows_to_anybody_who_does_not_see_it()
    {
        var contexts = Projects.SelectMany(project => Enum.GetValues<Privileges>().Select(privileges => new WorkContext(project, privileges))).ToList();
        Caller[] callers = [Caller.Visitor, .. Users.Select(user => new Caller(user, UserType.Developer, [.. Projects])), new Caller("zoe", UserType.Standard, ["common"]), Caller.OperatorNamed("ops")];
        var checkedPairs = 0;
        foreach (var (user, made) in Users.SelectMany(user => contexts.Select(context => (user, context))))
        {
            foreach (var (owner, read) in Users.Append(null).SelectMany(owner => contexts.Select(context => (owner, context))))
            {
                if (new FileScope(user, made).Includes(owner, read))
                {
                    callers.Where(caller => caller.Sees(user, made)).ShouldAllBe(caller => caller.Sees(owner, read), $"{owner}'s {read} into {user}'s {made}");
                    checkedPairs++;
                }
            }
        }

        checkedPairs.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Raw_data_is_for_all_jobs_but_those_for_the_world()
    {
        foreach (var privileges in Enum.GetValues<Privileges>())
        {
            new FileScope("jane", new WorkContext("KIDS", privileges)).Includes(null, WorkContext.OfRawData).ShouldBe(privileges != Privileges.World);
        }
    }
}
