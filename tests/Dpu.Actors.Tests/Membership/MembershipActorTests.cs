using System.Security.Cryptography;
using System.Text;
using Dpu.Actors.Membership;
using Dpu.Domain.Membership;
using Dpu.Kernel;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Membership;

public sealed class MembershipActorTests
{
    private const string Secret = "secret of the node";

    private readonly Simulation _world = new(1);
    private readonly SimulatedJournal _journal;
    private readonly NodeIdentities _identities = new();
    private readonly TestProbe<MembershipReply> _asker;
    private IActorRef<MembershipMessage> _actor;
    private ActorSystem _system = null!;

    public MembershipActorTests()
    {
        _journal = new SimulatedJournal(_world);
        _asker = new TestProbe<MembershipReply>(_world, "asker");
        _actor = Start(_identities);
    }

    [Fact]
    public void Nobody_is_answered_or_let_in_before_the_commit()
    {
        Do(Create("0000000a"));
        _journal.Stalled = true;
        _actor.Tell(new MembershipMessage.Do(Join("0000000a", "a"), _asker));
        _world.RunFor(TimeSpan.FromSeconds(10));

        _asker.ExpectNoMoreMessages();
        _identities.Authenticate(Header("a")).ShouldBeNull();

        _journal.Stalled = false;
        _asker.ExpectMessage<MembershipReply.Done>().Changed.ShouldBeTrue();
        _identities.Authenticate(Header("a")).ShouldNotBeNull().Name.ShouldBe("a");
    }

    [Fact]
    public void Two_who_come_at_once_with_a_key_for_one_are_one()
    {
        Do(Create("0000000a"));
        _actor.Tell(new MembershipMessage.Do(Join("0000000a", "a"), _asker));
        _actor.Tell(new MembershipMessage.Do(Join("0000000a", "b"), _asker));

        _asker.ExpectMessage<MembershipReply.Done>();
        _asker.ExpectMessage<MembershipReply.Refused>().Reason.ShouldBe(MembershipRejection.KeyUsed);
        _identities.Authenticate(Header("b")).ShouldBeNull();
    }

    [Fact]
    public void Whoever_is_revoked_is_told_and_not_let_in_again()
    {
        Do(Create("0000000a"));
        Do(Join("0000000a", "a"));
        var known = _identities.Authenticate(Header("a"))!;
        NodeIdentity? then = known;
        using var cut = known.Revoked.Register(() => then = _identities.Authenticate(Header("a")));

        Do(new MembershipCommand.Drain("b", "fokke"));
        known.Revoked.IsCancellationRequested.ShouldBeFalse();
        Do(new MembershipCommand.RevokeIdentity("a", "fokke"));

        known.Revoked.IsCancellationRequested.ShouldBeTrue();
        then.ShouldBeNull();
    }

    [Fact]
    public void Whoever_is_replaced_or_leaves_for_good_is_nobody_any_more()
    {
        Do(Create("0000000b", reusable: true));
        Do(Join("0000000b", "a"));
        var first = _identities.Authenticate(Header("a"))!;
        Do(Join("0000000b", "a", "another secret"));
        var second = _identities.Authenticate(Header("a", "another secret")).ShouldNotBeNull();
        first.Revoked.IsCancellationRequested.ShouldBeTrue();
        second.Revoked.IsCancellationRequested.ShouldBeFalse();

        Do(new MembershipCommand.Leave("a"));

        second.Revoked.IsCancellationRequested.ShouldBeTrue();
        _identities.Authenticate(Header("a", "another secret")).ShouldBeNull();
    }

    [Fact]
    public void A_restart_knows_what_was_committed_and_revokes_nobody()
    {
        Do(Create("0000000a"));
        Do(Join("0000000a", "a"));
        Do(new MembershipCommand.Drain("a", "fokke"));
        var known = _identities.Authenticate(Header("a"))!;

        var fresh = new NodeIdentities();
        _world.Crash(_system);
        _actor = Start(_identities, fresh);
        Do(new MembershipCommand.Drain("b", "fokke"));

        known.Revoked.IsCancellationRequested.ShouldBeFalse();
        foreach (var identities in (NodeIdentities[])[_identities, fresh])
        {
            identities.Authenticate(Header("a")).ShouldNotBeNull();
            identities.Drained.ShouldBe(["a", "b"]);
            identities.IsDrained("a").ShouldBeTrue();
            identities.IsDrained("c").ShouldBeFalse();
        }
    }

    [Fact]
    public void When_nobody_knows_whether_it_was_written_the_journal_tells()
    {
        Do(Create("0000000a"));
        _journal.FailAfterWrite = 1;
        _actor.Tell(new MembershipMessage.Do(Join("0000000a", "a"), _asker));
        _world.RunFor(TimeSpan.FromSeconds(1));
        _journal.FailAfterWrite = 0;
        _world.RunFor(TimeSpan.FromMinutes(1));

        _asker.ExpectNoMoreMessages();
        _identities.Authenticate(Header("a")).ShouldNotBeNull();
        Do(Join("0000000a", "a")).Changed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer dpu-node:a")]
    [InlineData("Bearer dpu-node:a:")]
    [InlineData("Bearer dpu-node:a:wrong")]
    [InlineData("Bearer dpu-node:b:secret of the node")]
    [InlineData("Bearer dpu-node::secret of the node")]
    [InlineData("Basic dpu-node:a:secret of the node")]
    [InlineData("dpu-node:a:secret of the node")]
    public void Only_the_right_name_and_secret_are_a_node(string? header)
    {
        Do(Create("0000000a"));
        Do(Join("0000000a", "a"));

        _identities.Authenticate(header).ShouldBeNull();
        _identities.Authenticate("bearer dpu-node:a:" + Secret).ShouldNotBeNull();
    }

    private IActorRef<MembershipMessage> Start(params NodeIdentities[] identities)
    {
        _system = _world.StartSystem("service");
        var restart = new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1));
        return _system.Spawn(
            new Props<MembershipMessage>(() => new MembershipActor(_journal, state => Array.ForEach(identities, known => known.Publish(state)))) { Supervision = restart }, "membership");
    }

    private MembershipReply.Done Do(MembershipCommand command)
    {
        _actor.Tell(new MembershipMessage.Do(command, _asker));
        return _asker.ExpectMessage<MembershipReply.Done>();
    }

    private MembershipCommand.CreateKey Create(string id, bool reusable = false) =>
        new(id, Hash(id), reusable, _world.Time.GetUtcNow().AddDays(7), "fokke", "");

    private static MembershipCommand.Join Join(string key, string node, string secret = Secret) =>
        new(key, Hash(key), node, Hash(secret), NameIsFree: true, TimeSpan.Zero);

    private static string Header(string node, string secret = Secret) => $"Bearer dpu-node:{node}:{secret}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
