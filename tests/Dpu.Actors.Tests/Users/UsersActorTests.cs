using System.Security.Cryptography;
using System.Text;
using Dpu.Actors.Users;
using Dpu.Domain.Users;
using Dpu.Kernel;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Users;

public sealed class UsersActorTests
{
    private static readonly Caller Operator = Caller.OperatorNamed("astro");

    private readonly Simulation _world = new(1);
    private readonly SimulatedJournal _journal;
    private readonly UserDirectory _directory;
    private readonly TestProbe<UsersReply> _asker;
    private IActorRef<UsersMessage> _actor;
    private ActorSystem _system = null!;

    public UsersActorTests()
    {
        _journal = new SimulatedJournal(_world);
        _directory = new UserDirectory(_world.Time);
        _asker = new TestProbe<UsersReply>(_world, "asker");
        _actor = Start(_directory);
        Do(new UserCommand.Add("jane", UserType.Steering, ["KIDS"], WorkContext.Usual, Operator));
    }

    [Fact]
    public void Nobody_is_answered_or_let_in_before_the_commit()
    {
        _journal.Stalled = true;
        _actor.Tell(new UsersMessage.Do(Token("u00000001", "one"), _asker));
        _world.RunFor(TimeSpan.FromSeconds(10));

        _asker.ExpectNoMoreMessages();
        Shows("u00000001", "one").ShouldBeOfType<Shown.Nobody>();

        _journal.Stalled = false;
        _asker.ExpectMessage<UsersReply.Done>().Changed.ShouldBeTrue();
        var shown = Shows("u00000001", "one").ShouldBeOfType<Shown.User>();
        (shown.Caller.Name, shown.Caller.Type, shown.TokenId).ShouldBe(("jane", UserType.Steering, "u00000001"));
        shown.Caller.Projects.ShouldBe(["KIDS", "common"], ignoreOrder: true);
    }

    [Fact]
    public void Two_tokens_of_one_user_live_by_themselves()
    {
        Do(Token("u00000001", "one"));
        Do(Token("u00000002", "two"));
        var (one, two) = (Known("u00000001", "one"), Known("u00000002", "two"));

        Do(new UserCommand.RevokeToken("u00000001", one.Caller));

        one.Ended.IsCancellationRequested.ShouldBeTrue();
        two.Ended.IsCancellationRequested.ShouldBeFalse();
        var gone = Shows("u00000001", "one").ShouldBeOfType<Shown.NoMore>();
        (gone.Name, gone.TokenId, gone.Flaw).ShouldBe(("jane", "u00000001", TokenFlaw.Revoked));
        Known("u00000002", "two").ShouldBe(two);
    }

    [Fact]
    public void Whoever_is_disabled_is_told_so_and_cut_off_until_he_is_enabled()
    {
        Do(Token("u00000001", "one"));
        var before = Known("u00000001", "one");
        Shown? then = null;
        using var cut = before.Ended.Register(() => then = Shows("u00000001", "one"));

        Do(new UserCommand.Disable("jane", Operator));
        then.ShouldBeOfType<Shown.NoMore>().Flaw.ShouldBe(TokenFlaw.UserDisabled);

        Do(new UserCommand.Enable("jane", Operator));
        Known("u00000001", "one").Ended.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void What_somebody_may_do_is_what_he_may_do_now()
    {
        Do(Token("u00000001", "one"));
        var before = Known("u00000001", "one");

        Do(new UserCommand.Change("jane", UserType.Developer, null, null, null, Operator));
        before.Ended.IsCancellationRequested.ShouldBeTrue();
        Known("u00000001", "one").Caller.Type.ShouldBe(UserType.Developer);

        var after = Known("u00000001", "one");
        Do(new UserCommand.Act("reload", "", null, "", Operator));
        Do(new UserCommand.SetPassword("jane", "hash", null, Operator));
        after.Ended.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void A_token_expires()
    {
        Do(Token("u00000001", "one"));
        _world.RunFor(TimeSpan.FromDays(1));

        Shows("u00000001", "one").ShouldBeOfType<Shown.NoMore>().Flaw.ShouldBe(TokenFlaw.Expired);
    }

    [Fact]
    public void A_restart_knows_what_was_committed_and_ends_nobodys_requests()
    {
        Do(Token("u00000001", "one"));
        var before = Known("u00000001", "one");

        var fresh = new UserDirectory(_world.Time);
        _world.Crash(_system);
        _actor = Start(_directory, fresh);
        Do(new UserCommand.Act("reload", "", null, "", Operator));

        before.Ended.IsCancellationRequested.ShouldBeFalse();
        fresh.Authenticate("dpu-user:u00000001:one").ShouldBeOfType<Shown.User>().Caller.Name.ShouldBe("jane");
        fresh.Find("jane").ShouldNotBeNull().Type.ShouldBe(UserType.Steering);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dpu-user")]
    [InlineData("dpu-user:u00000001")]
    [InlineData("dpu-user:u00000001:")]
    [InlineData("dpu-user:u00000001:two")]
    [InlineData("dpu-user:u00000002:one")]
    [InlineData("dpu-user:u00000001:one:one")]
    [InlineData("dpu-node:u00000001:one")]
    [InlineData("u00000001:one")]
    public void Only_the_right_id_and_secret_are_a_user(string token)
    {
        Do(Token("u00000001", "one"));

        _directory.Authenticate(token).ShouldBeOfType<Shown.Nobody>();
        _directory.Authenticate("dpu-user:u00000001:" + new string('1', 1000)).ShouldBeOfType<Shown.Nobody>();
        Known("u00000001", "one");
    }

    // Whoever has the id only must not learn that there was such a token.
    [Fact]
    public void Without_the_secret_nothing_is_told_of_a_token_that_is_no_more()
    {
        Do(Token("u00000001", "one"));
        Do(new UserCommand.RevokeToken("u00000001", Operator));

        Shows("u00000001", "two").ShouldBeOfType<Shown.Nobody>();
    }

    [Fact]
    public void When_a_token_was_last_shown_is_known()
    {
        Do(Token("u00000001", "one"));
        _directory.LastShown("u00000001").ShouldBeNull();
        Known("u00000001", "one");
        _directory.LastShown("u00000001").ShouldBe(_world.Time.GetUtcNow());
    }

    private IActorRef<UsersMessage> Start(params UserDirectory[] directories)
    {
        _system = _world.StartSystem("service");
        var restart = new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1));
        return _system.Spawn(
            new Props<UsersMessage>(() => new UsersActor(_journal, new UserRules("astro"), state => Array.ForEach(directories, known => known.Publish(state)))) { Supervision = restart }, "users");
    }

    private UsersReply.Done Do(UserCommand command)
    {
        _actor.Tell(new UsersMessage.Do(command, _asker));
        return _asker.ExpectMessage<UsersReply.Done>();
    }

    private Shown Shows(string id, string secret) => _directory.Authenticate($"dpu-user:{id}:{secret}");

    private Shown.User Known(string id, string secret) => Shows(id, secret).ShouldBeOfType<Shown.User>();

    private UserCommand.CreateToken Token(string id, string secret) => new(
        id, "jane", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))), _world.Time.GetUtcNow().AddDays(1), null, "", Operator);
}
