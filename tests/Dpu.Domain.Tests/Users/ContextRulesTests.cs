using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Recipes;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Users;

public sealed class ContextRulesTests
{
    private static readonly Caller Jane = new("jane", UserType.Developer, ["common", "KIDS"]);
    private static readonly Caller Operator = Caller.OperatorNamed("ops");
    private static readonly JobId Job = new(12);

    [Fact]
    public void Without_a_word_it_is_the_usual_one() => For(null, null).ShouldBe(WorkContext.Usual);

    [Theory]
    [InlineData("KIDS", null, "KIDS", Privileges.Project)]
    [InlineData(null, "users", "common", Privileges.Users)]
    [InlineData("KIDS", "MyDB", "KIDS", Privileges.MyDb)]
    [InlineData("common", "world", "common", Privileges.World)]
    public void What_is_said_goes_before(string? project, string? privileges, string expectedProject, Privileges expected) =>
        For(project, privileges).ShouldBe(new WorkContext(expectedProject, expected));

    [Fact]
    public void A_project_is_for_its_members_and_refused_alike_whether_there_is_one_or_not()
    {
        Refused("SURVEY", null).ShouldBe((ContextRules.NotAMember, "You are no member of a project 'SURVEY'. You work for KIDS, common."));
        Refused("KIDs", null).ShouldBe((ContextRules.NotAMember, "You are no member of a project 'KIDs'. Did you mean 'KIDS'?"));
        Refused("", null).Code.ShouldBe(ContextRules.NotAMember);
        SampleRecipes.Accepted(ContextRules.For(Operator, new AskedContext("SURVEY", null), WorkContext.Usual)).Project.ShouldBe("SURVEY");
    }

    [Theory]
    [InlineData("user", "There are no privileges 'user'; did you mean 'users'? They are mydb, project, users, world, from oneself alone to everybody.")]
    [InlineData("2", "There are no privileges '2'. They are mydb, project, users, world, from oneself alone to everybody.")]
    public void Unknown_privileges_are_refused_with_those_that_there_are(string text, string message) => Refused(null, text).ShouldBe((ContextRules.BadPrivileges, message));

    [Fact]
    public void What_code_of_ones_own_makes_is_ones_own()
    {
        For("KIDS", null, withCode: true).ShouldBe(new WorkContext("KIDS", Privileges.MyDb));
        For(null, "mydb", withCode: true).ShouldBe(WorkContext.Usual.ForUserAlone());
        Refused(null, "project", withCode: true).Code.ShouldBe(ContextRules.CodeIsPrivate);
    }

    [Theory]
    [InlineData("KIDS", Privileges.MyDb, "KIDS", Privileges.Project, true)]
    [InlineData("KIDS", Privileges.MyDb, "common", Privileges.Project, true)]
    [InlineData("KIDS", Privileges.Project, "KIDS", Privileges.World, true)]
    [InlineData("KIDS", Privileges.Project, "common", Privileges.Project, false)]
    [InlineData("KIDS", Privileges.Users, "common", Privileges.Users, true)]
    [InlineData("KIDS", Privileges.Users, "KIDS", Privileges.Project, false)]
    [InlineData("KIDS", Privileges.World, "KIDS", Privileges.Users, false)]
    [InlineData("KIDS", Privileges.Project, "KIDS", Privileges.Project, true)]
    public void Users_show_things_to_more_and_operators_take_back(string project, Privileges now, string then, Privileges wanted, bool allowed)
    {
        var (from, to) = (new WorkContext(project, now), new WorkContext(then, wanted));

        (ContextRules.WhyNotShow(Jane, Job, from, ranOwnCode: false, to)?.Code).ShouldBe(allowed ? null : ContextRules.IsShown);
        ContextRules.WhyNotShow(Operator, Job, from, ranOwnCode: true, to).ShouldBeNull();
    }

    [Fact]
    public void What_ran_code_of_ones_own_is_promoted_by_operators()
    {
        var mine = new WorkContext("KIDS", Privileges.MyDb);

        ContextRules.WhyNotShow(Jane, Job, mine, ranOwnCode: true, mine with { Privileges = Privileges.Project })!.Message.ShouldBe(
            "Job 12 ran code of its user's own: what it made is shown to others by an operator. 'dpu rerun 12' runs the same with released code.");
    }

    [Fact]
    public void Privileges_have_names_that_are_read_back() =>
        Enum.GetValues<Privileges>().ShouldAllBe(privileges => PrivilegeNames.Parse(PrivilegeNames.TextOf(privileges)) == privileges);

    private static WorkContext For(string? project, string? privileges, bool withCode = false) =>
        SampleRecipes.Accepted(ContextRules.For(Jane, new AskedContext(project, privileges), WorkContext.Usual, withCode));

    private static (string Code, string Message) Refused(string? project, string? privileges, bool withCode = false)
    {
        var error = SampleRecipes.Refused(ContextRules.For(Jane, new AskedContext(project, privileges), WorkContext.Usual, withCode)).ShouldHaveSingleItem();
        return (error.Code, error.Message);
    }
}
