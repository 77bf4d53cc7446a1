using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Membership;

public sealed class MembershipDeciderTests
{
    private static readonly DateTimeOffset Now = new(2000, 4, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly MembershipEvent.KeyCreated OneTime = new("0000000a", Hash('1'), false, Now.AddDays(7), "fokke", "", Now);
    private static readonly MembershipEvent.KeyCreated Reusable = new("0000000b", Hash('2'), true, Now.AddDays(7), "fokke", "", Now);

    [Fact]
    public void A_key_is_made_once_however_often_it_is_asked_for()
    {
        var create = new MembershipCommand.CreateKey(OneTime.Id, OneTime.SecretHash, false, OneTime.ExpiresAt, "fokke", "");

        Happens(Given(), create).ShouldBe(OneTime);
        Decide(Given(OneTime), create).ShouldBeOfType<MembershipDecision.Ignored>();
        Refusal(Given(OneTime), create with { SecretHash = Hash('9') }).ShouldBe(MembershipRejection.KeyExists);
    }

    [Fact]
    public void A_node_joins_with_a_key()
    {
        Happens(Given(OneTime), JoinWith(OneTime, "a", '3')).ShouldBe(new MembershipEvent.NodeJoined("a", OneTime.Id, Hash('3'), Now));
    }

    [Fact]
    public void Joining_again_with_the_same_key_name_and_identity_changes_nothing_even_when_the_key_is_used_up_expired_or_revoked()
    {
        var state = Given(OneTime, Joined(OneTime, "a", '3'));
        var join = JoinWith(OneTime, "a", '3') with { NameIsFree = false };

        Decide(state, join).ShouldBeOfType<MembershipDecision.Ignored>();
        Decide(state, join, Now.AddDays(30)).ShouldBeOfType<MembershipDecision.Ignored>();
        Decide(state.Apply(new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now)), join).ShouldBeOfType<MembershipDecision.Ignored>();
    }

    [Fact]
    public void Whoever_does_not_know_the_secret_learns_nothing_of_the_key()
    {
        var wrong = JoinWith(OneTime, "a", '3') with { SecretHash = Hash('9') };

        Refusal(Given(OneTime), wrong).ShouldBe(MembershipRejection.WrongSecret);
        Refusal(Given(OneTime, Joined(OneTime, "a", '3')), wrong).ShouldBe(MembershipRejection.WrongSecret);
        Refusal(Given(OneTime, new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now)), wrong).ShouldBe(MembershipRejection.WrongSecret);
    }

    [Fact]
    public void Each_refusal_says_why()
    {
        var used = Given(OneTime, Joined(OneTime, "a", '3'));
        Message(Given(), JoinWith(OneTime, "a", '3')).ShouldContain("no key 0000000a");
        Message(Given(OneTime, new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now)), JoinWith(OneTime, "a", '3')).ShouldContain("revoked on 2000-04-28 08:00:00 UTC");
        Message(Given(OneTime), JoinWith(OneTime, "a", '3'), OneTime.ExpiresAt).ShouldContain("expired on 2000-05-05 08:00:00 UTC");
        Message(used, JoinWith(OneTime, "b", '4')).ShouldContain("'a' joined with it");
        Message(Given(Reusable), JoinWith(Reusable, "a", '3') with { NameIsFree = false }).ShouldContain("choose another name");
    }

    [Theory]
    [InlineData('4')]
    [InlineData('3')]
    public void A_key_for_one_node_lets_no_second_one_in(char identity) =>
        Refusal(Given(OneTime, Joined(OneTime, "a", '3')), JoinWith(OneTime, "b", identity)).ShouldBe(MembershipRejection.KeyUsed);

    [Fact]
    public void A_reusable_key_lets_many_in_until_it_expires()
    {
        var state = Given(Reusable, Joined(Reusable, "a", '3'));

        Happens(state, JoinWith(Reusable, "b", '4')).ShouldBeOfType<MembershipEvent.NodeJoined>().Node.ShouldBe("b");
        Decide(state, JoinWith(Reusable, "b", '4'), Reusable.ExpiresAt.AddTicks(-1)).ShouldBeOfType<MembershipDecision.Accepted>();
        Refusal(state, JoinWith(Reusable, "b", '4'), Reusable.ExpiresAt).ShouldBe(MembershipRejection.KeyExpired);
    }

    [Fact]
    public void A_name_is_taken_while_its_node_is_not_gone()
    {
        var state = Given(Reusable, Joined(Reusable, "a", '3'));
        var other = JoinWith(Reusable, "a", '4');

        Refusal(state, other with { NameIsFree = false }, Now.AddDays(1)).ShouldBe(MembershipRejection.NameTaken);
        Refusal(state, other, Now + Patience - TimeSpan.FromTicks(1)).ShouldBe(MembershipRejection.NameTaken);
        Happens(state, other, Now + Patience).ShouldBeOfType<MembershipEvent.NodeJoined>().IdentityHash.ShouldBe(Hash('4'));
    }

    [Fact]
    public void The_name_of_a_node_that_never_joined_with_a_key_is_taken_too() =>
        Refusal(Given(Reusable), JoinWith(Reusable, "local", '3') with { NameIsFree = false }).ShouldBe(MembershipRejection.NameTaken);

    [Fact]
    public void A_revoked_identity_does_not_come_back_with_the_key_it_came_with()
    {
        var state = Given(Reusable, Joined(Reusable, "a", '3'), new MembershipEvent.IdentityRevoked("a", "fokke", Now));

        Message(state, JoinWith(Reusable, "a", '3')).ShouldContain("identity of node 'a' was revoked");
        Happens(state, JoinWith(Reusable, "a", '4')).ShouldBeOfType<MembershipEvent.NodeJoined>();
    }

    [Fact]
    public void What_is_revoked_must_be_there_and_is_revoked_once()
    {
        var state = Given(OneTime, Joined(OneTime, "a", '3'));

        Happens(state, new MembershipCommand.RevokeKey(OneTime.Id, "fokke")).ShouldBe(new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now));
        Happens(state, new MembershipCommand.RevokeIdentity("a", "fokke")).ShouldBe(new MembershipEvent.IdentityRevoked("a", "fokke", Now));
        Message(state, new MembershipCommand.RevokeKey("0000000c", "fokke")).ShouldContain("Did you mean '0000000a'?");
        Refusal(state, new MembershipCommand.RevokeIdentity("b", "fokke")).ShouldBe(MembershipRejection.UnknownNode);
        var revoked = state.Apply(new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now)).Apply(new MembershipEvent.IdentityRevoked("a", "fokke", Now));
        Decide(revoked, new MembershipCommand.RevokeKey(OneTime.Id, "fokke")).ShouldBeOfType<MembershipDecision.Ignored>();
        Decide(revoked, new MembershipCommand.RevokeIdentity("a", "fokke")).ShouldBeOfType<MembershipDecision.Ignored>();
    }

    [Fact]
    public void A_node_is_drained_until_it_is_resumed_or_leaves_for_good()
    {
        var drained = Given(OneTime, Joined(OneTime, "a", '3'), new MembershipEvent.NodeDrained("a", "fokke", Now));

        drained.Drained.ShouldBe(["a"]);
        Decide(drained, new MembershipCommand.Drain("a", "fokke")).ShouldBeOfType<MembershipDecision.Ignored>();
        drained.Apply(Happens(drained, new MembershipCommand.Resume("a", "fokke"))).Drained.ShouldBeEmpty();
        var left = drained.Apply(Happens(drained, new MembershipCommand.Leave("a")));
        left.Drained.ShouldBeEmpty();
        left.Identities.ShouldBeEmpty();
        Decide(left, new MembershipCommand.Leave("a")).ShouldBeOfType<MembershipDecision.Ignored>();
        Decide(left, new MembershipCommand.Resume("a", "fokke")).ShouldBeOfType<MembershipDecision.Ignored>();
    }

    [Fact]
    public void What_a_node_has_is_written_down_when_it_changes_and_as_long_as_it_belongs_here()
    {
        var describe = new MembershipCommand.Describe("a", new Resources(4, 1), ["gpu"]);
        MembershipDecider.Decide(Given(OneTime), describe, Now).ShouldBeOfType<MembershipDecision.Ignored>();
        var joined = Given(OneTime, Joined(OneTime, "a", '3'));

        var described = MembershipDecider.Decide(joined, describe, Now).ShouldBeOfType<MembershipDecision.Accepted>().Events.Aggregate(joined, (state, @event) => state.Apply(@event));

        described.Shapes["a"].ShouldSatisfyAllConditions(shape => shape.Capacity.ShouldBe(new Resources(4, 1)), shape => shape.Tags.ShouldBe(["gpu"]));
        MembershipDecider.Decide(described, describe, Now).ShouldBeOfType<MembershipDecision.Ignored>();
        MembershipDecider.Decide(described, describe with { Tags = [] }, Now).ShouldBeOfType<MembershipDecision.Accepted>();
        described.Apply(new MembershipEvent.NodeLeft("a", Now)).Shapes.ShouldBeEmpty();
    }

    [Fact]
    public void The_states_of_a_key_in_the_order_in_which_they_matter()
    {
        var used = Given(OneTime, Joined(OneTime, "a", '3'));

        Given(OneTime).Keys[OneTime.Id].StateAt(Now).ShouldBe(KeyState.Usable);
        Given(OneTime).Keys[OneTime.Id].StateAt(OneTime.ExpiresAt).ShouldBe(KeyState.Expired);
        used.Keys[OneTime.Id].StateAt(OneTime.ExpiresAt).ShouldBe(KeyState.Used);
        used.Apply(new MembershipEvent.KeyRevoked(OneTime.Id, "fokke", Now)).Keys[OneTime.Id].StateAt(Now).ShouldBe(KeyState.Revoked);
        Given(Reusable, Joined(Reusable, "a", '3')).Keys[Reusable.Id].StateAt(Now).ShouldBe(KeyState.Usable);
    }

    private static string Hash(char letter) => new(letter, 64);

    private static MembershipState Given(params ReadOnlySpan<MembershipEvent> events)
    {
        var state = MembershipState.Empty;
        foreach (var @event in events)
        {
            state = state.Apply(@event);
        }

        return state;
    }

    private static MembershipCommand.Join JoinWith(MembershipEvent.KeyCreated key, string node, char identity) =>
        new(key.Id, key.SecretHash, node, Hash(identity), NameIsFree: true, Patience);

    private static MembershipEvent.NodeJoined Joined(MembershipEvent.KeyCreated key, string node, char identity) => new(node, key.Id, Hash(identity), Now);

    private static MembershipDecision Decide(MembershipState state, MembershipCommand command, DateTimeOffset? now = null) =>
        MembershipDecider.Decide(state, command, now ?? Now);

    private static MembershipEvent Happens(MembershipState state, MembershipCommand command, DateTimeOffset? now = null) =>
        Decide(state, command, now).ShouldBeOfType<MembershipDecision.Accepted>().Events.ShouldHaveSingleItem();

    private static MembershipRejection Refusal(MembershipState state, MembershipCommand command, DateTimeOffset? now = null) =>
        Decide(state, command, now).ShouldBeOfType<MembershipDecision.Rejected>().Reason;

    private static string Message(MembershipState state, MembershipCommand command, DateTimeOffset? now = null) =>
        Decide(state, command, now).ShouldBeOfType<MembershipDecision.Rejected>().Message;
}
