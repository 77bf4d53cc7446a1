using System.Collections.Immutable;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Users;

public sealed class CallerTests
{
    private static readonly Caller Member = new("jane", UserType.Standard, ["common", "KIDS"]);
    private static readonly Caller Stranger = new("fokke", UserType.Developer, ["common"]);

    [Theory]
    [InlineData(Privileges.MyDb, false, false, false)]
    [InlineData(Privileges.Project, true, false, false)]
    [InlineData(Privileges.Users, true, true, false)]
    [InlineData(Privileges.World, true, true, true)]
    public void Each_level_shows_a_thing_to_more(Privileges privileges, bool member, bool user, bool visitor)
    {
        var context = new WorkContext("KIDS", privileges);

        Member.Sees("ewout", context).ShouldBe(member);
        Stranger.Sees("ewout", context).ShouldBe(user);
        Caller.Visitor.Sees("ewout", context).ShouldBe(visitor);
    }

    [Fact]
    public void What_is_ones_own_one_sees_and_an_operator_sees_all()
    {
        var secret = new WorkContext("KIDS", Privileges.MyDb);

        Member.Sees("jane", secret).ShouldBeTrue();
        Caller.OperatorNamed("ops").Sees("jane", secret).ShouldBeTrue();
    }

    [Fact]
    public void What_nobody_owns_is_not_a_visitors() =>
        Caller.Visitor.Sees(null, new WorkContext("KIDS", Privileges.MyDb)).ShouldBeFalse();

    [Fact]
    public void The_queue_hides_what_is_private_and_nothing_else()
    {
        Caller.Visitor.SeesInQueue("jane", new WorkContext("KIDS", Privileges.Project)).ShouldBeTrue();
        Stranger.SeesInQueue("jane", new WorkContext("KIDS", Privileges.MyDb)).ShouldBeFalse();
        Member.SeesInQueue("jane", new WorkContext("KIDS", Privileges.MyDb)).ShouldBeTrue();
    }

    [Fact]
    public void Only_its_user_or_an_operator_changes_a_job()
    {
        Member.MayChange("jane").ShouldBeTrue();
        Stranger.MayChange("jane").ShouldBeFalse();
        Caller.OperatorNamed("ops").MayChange("jane").ShouldBeTrue();
        new Caller("jane", UserType.Visitor, []).MayChange("jane").ShouldBeFalse();
    }

    [Fact]
    public void Rights_grow_with_the_type()
    {
        var rights = Enum.GetValues<UserType>().Order()
            .Select(type => Enum.GetValues<Right>().Where(right => new Caller("x", type, []).Has(right)).ToImmutableHashSet())
            .ToList();

        rights[0].ShouldBeEmpty();
        rights[^1].Count.ShouldBe(Enum.GetValues<Right>().Length);
        rights.Zip(rights.Skip(1)).ShouldAllBe(pair => pair.First.IsProperSubsetOf(pair.Second));
    }
}
