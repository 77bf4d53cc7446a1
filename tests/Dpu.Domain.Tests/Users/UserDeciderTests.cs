using System.Collections.Immutable;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Users;

public sealed class UserDeciderTests
{
    private static readonly DateTimeOffset Now = new(2000, 4, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly UserRules Rules = new("astro", TokensMax: 3);
    private static readonly Caller Operator = Caller.OperatorNamed("astro");
    private static readonly UserEvent.Added Jane = new("jane", UserType.Steering, ["KIDS, north"], new WorkContext("KIDS, north", Privileges.Project), "astro", Now);
    private static readonly UserEvent.Added Fokke = new("fokke", UserType.Developer, [], WorkContext.Usual, "astro", Now);

    [Fact]
    public void An_operator_makes_somebody_known() => Happens(Given(), Add("jane", UserType.Steering, "KIDS, north")).ShouldBe(Jane);

    [Theory]
    [InlineData("jane", "There is a user 'jane' already")]
    [InlineData("JANE", "would be taken for him")]
    public void Names_are_given_once_and_none_looks_like_another(string name, string sentence)
    {
        Refusal(Given(Jane), Add(name, UserType.Standard)).ShouldBe(UserRejection.UserExists);
        Message(Given(Jane), Add(name, UserType.Standard)).ShouldContain(sentence);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".jane")]
    [InlineData("-jane")]
    [InlineData("ja ne")]
    [InlineData("ja,ne")]
    [InlineData("ja:ne")]
    [InlineData("ja/ne")]
    [InlineData("ja\nne")]
    [InlineData("jané")]
    [InlineData("jаne")]
    public void A_name_can_stand_in_addresses_files_and_logs(string name) => Refusal(Given(), Add(name, UserType.Standard)).ShouldBe(UserRejection.BadName);

    [Fact]
    public void A_name_is_64_characters_long_at_most()
    {
        Happens(Given(), Add(new string('a', 64), UserType.Standard));
        Refusal(Given(), Add(new string('a', 65), UserType.Standard)).ShouldBe(UserRejection.BadName);
        Happens(Given(), Add("j.van_der-Berg2@example.org", UserType.Standard));
    }

    // Jobs of the service's own account run under that account: whoever has its name would be it.
    [Theory]
    [InlineData("astro", UserType.Developer, false)]
    [InlineData("Astro", UserType.Operator, false)]
    [InlineData("astro", UserType.Operator, true)]
    public void The_services_own_name_is_an_operators_only(string name, UserType type, bool taken)
    {
        if (taken)
        {
            Happens(Given(), Add(name, type));
        }
        else
        {
            Refusal(Given(), Add(name, type)).ShouldBe(UserRejection.BadName);
        }
    }

    [Fact]
    public void An_operator_of_the_services_name_stays_one() =>
        Refusal(Given(Jane with { Name = "astro", Type = UserType.Operator }), new UserCommand.Change("astro", UserType.Standard, null, null, null, Operator)).ShouldBe(UserRejection.BadName);

    [Fact]
    public void What_is_not_given_stays()
    {
        Happens(Given(Jane), new UserCommand.Change("jane", UserType.Developer, null, null, null, Operator))
            .ShouldBe(new UserEvent.Changed("jane", UserType.Developer, Jane.Projects, Jane.Context, "astro", Now));
        Happens(Given(Jane), new UserCommand.Change("jane", null, null, null, Privileges.MyDb, Operator))
            .ShouldBe(new UserEvent.Changed("jane", UserType.Steering, Jane.Projects, Jane.Context.ForUserAlone(), "astro", Now));
        Decide(Given(Jane), new UserCommand.Change("jane", UserType.Steering, ["KIDS, north"], null, null, Operator)).ShouldBeOfType<UserDecision.Ignored>();
    }

    [Fact]
    public void Nothing_goes_to_a_project_of_others()
    {
        Message(Given(Jane), new UserCommand.Change("jane", null, null, "KIDS, nort", null, Operator)).ShouldContain("Did you mean 'KIDS, north'?");
        Refusal(Given(Jane), new UserCommand.Change("jane", null, [], null, null, Operator)).ShouldBe(UserRejection.BadProject);
        Refusal(Given(), Add("fokke", UserType.Standard, " KIDS")).ShouldBe(UserRejection.BadProject);
        Refusal(Given(), Add("fokke", UserType.Standard, "KI\nDS")).ShouldBe(UserRejection.BadProject);
    }

    [Fact]
    public void Who_is_no_operator_changes_nobody()
    {
        var state = Given(Jane, Fokke);
        foreach (var by in (Caller[])[CallerOf(state, "jane"), CallerOf(state, "fokke"), Caller.Visitor])
        {
            UserCommand[] commands =
            [
                new UserCommand.Add("x", UserType.Operator, [], WorkContext.Usual, by),
                new UserCommand.Change("jane", UserType.Operator, null, null, null, by),
                new UserCommand.Disable("jane", by),
                new UserCommand.Enable("jane", by),
            ];
            commands.ShouldAllBe(command => Refusal(state, command) == UserRejection.NotAllowed);
        }

        Refusal(state, new UserCommand.SetPassword("jane", "hash", null, CallerOf(state, "fokke"))).ShouldBe(UserRejection.NotAllowed);
        Refusal(state, Token("u0000000b", "jane", CallerOf(state, "fokke"))).ShouldBe(UserRejection.NotAllowed);
    }

    [Fact]
    public void A_new_password_ends_what_the_old_one_gave_but_for_the_token_that_asks()
    {
        var state = Given(
            Jane,
            Fokke,
            Made("u00000001", "jane", byPassword: true),
            Made("u00000002", "jane", byPassword: true),
            Made("u00000003", "jane", byPassword: false),
            Made("u00000004", "fokke", byPassword: true));

        Decide(state, new UserCommand.SetPassword("jane", "hash", "u00000002", CallerOf(state, "jane"))).ShouldBeOfType<UserDecision.Accepted>().Events
            .ShouldBe([new UserEvent.PasswordSet("jane", "hash", "jane", Now), new UserEvent.TokenRevoked("u00000001", "jane", "jane", Now)]);
    }

    [Fact]
    public void A_password_that_was_changed_meanwhile_gives_no_token()
    {
        var state = Given(Jane, new UserEvent.PasswordSet("jane", "new", "jane", Now));
        var login = Token("u00000001", "jane", CallerOf(state, "jane")) with { ForPassword = "old" };

        Refusal(state, login).ShouldBe(UserRejection.PasswordChanged);
        Happens(state, login with { ForPassword = "new" }).ShouldBe(Made("u00000001", "jane", byPassword: true));
    }

    [Fact]
    public void A_token_is_made_once_for_somebody_who_is_let_in_and_not_without_end()
    {
        var state = Given(Jane, Fokke);
        var create = Token("u00000001", "jane", Operator);

        Happens(state, create).ShouldBe(Made("u00000001", "jane", byPassword: false) with { By = "astro" });
        Decide(state.Apply(Made("u00000001", "jane", false)), create).ShouldBeOfType<UserDecision.Ignored>();
        Refusal(state.Apply(Made("u00000001", "fokke", false)), create).ShouldBe(UserRejection.TokenExists);
        Refusal(state.Apply(new UserEvent.Disabled("jane", "astro", Now)), create).ShouldBe(UserRejection.UserDisabled);
        Message(state, create with { User = "jan" }).ShouldBe("There is no user 'jan'. Did you mean 'jane'?");

        var full = Given(Jane, Made("u00000001", "jane", false), Made("u00000002", "jane", false), Made("u00000003", "jane", false));
        Refusal(full, create with { Id = "u00000004" }).ShouldBe(UserRejection.TooManyTokens);
        Happens(full.Apply(new UserEvent.TokenRevoked("u00000002", "jane", "jane", Now)), create with { Id = "u00000004" });
        UserDecider.Decide(full, create with { Id = "u00000004" }, Rules, Now.AddDays(30)).ShouldBeOfType<UserDecision.Accepted>();
    }

    [Fact]
    public void A_user_revokes_his_own_tokens_and_learns_nothing_of_others()
    {
        var state = Given(Jane, Fokke, Made("u00000001", "jane", false), Made("u00000002", "fokke", false));

        Happens(state, new UserCommand.RevokeToken("u00000001", CallerOf(state, "jane"))).ShouldBe(new UserEvent.TokenRevoked("u00000001", "jane", "jane", Now));
        Message(state, new UserCommand.RevokeToken("u00000002", CallerOf(state, "jane"))).ShouldBe("There is no token 'u00000002'. Did you mean 'u00000001'?");
        Happens(state, new UserCommand.RevokeToken("u00000002", Operator)).ShouldBe(new UserEvent.TokenRevoked("u00000002", "fokke", "astro", Now));
        Decide(state.Apply(new UserEvent.TokenRevoked("u00000001", "jane", "jane", Now)), new UserCommand.RevokeToken("u00000001", Operator)).ShouldBeOfType<UserDecision.Ignored>();
    }

    [Fact]
    public void Tokens_that_are_of_no_use_for_long_are_forgotten_at_their_users_next_one()
    {
        var state = Given(Jane, Fokke, Made("u00000001", "jane", false), Made("u00000002", "fokke", false), new UserEvent.TokenRevoked("u00000001", "jane", "jane", Now));
        var later = Now.AddDays(31);

        state.Apply(Made("u00000003", "jane", false) with { At = Now.AddDays(29) }).Tokens.Keys.ShouldBe(["u00000001", "u00000002", "u00000003"]);
        state.Apply(Made("u00000003", "jane", false) with { At = later, ExpiresAt = later.AddDays(1) }).Tokens.Keys.ShouldBe(["u00000002", "u00000003"]);
    }

    [Fact]
    public void Disabling_and_enabling_change_something_once()
    {
        var disabled = Given(Jane).Apply(new UserEvent.Disabled("jane", "astro", Now));
        Happens(Given(Jane), new UserCommand.Disable("jane", Operator)).ShouldBe(new UserEvent.Disabled("jane", "astro", Now));
        Decide(disabled, new UserCommand.Disable("jane", Operator)).ShouldBeOfType<UserDecision.Ignored>();
        Happens(disabled, new UserCommand.Enable("jane", Operator)).ShouldBe(new UserEvent.Enabled("jane", "astro", Now));
        Decide(Given(Jane), new UserCommand.Enable("jane", Operator)).ShouldBeOfType<UserDecision.Ignored>();
        Refusal(Given(Jane), new UserCommand.Disable("jan", Operator)).ShouldBe(UserRejection.UnknownUser);
    }

    [Fact]
    public void Only_names_that_are_known_are_written_down_as_locked()
    {
        Happens(Given(Jane), new UserCommand.Lock("jane", 5)).ShouldBe(new UserEvent.Locked("jane", 5, Now));
        Decide(Given(Jane), new UserCommand.Lock("nobody", 5)).ShouldBeOfType<UserDecision.Ignored>();
    }

    [Fact]
    public void No_hash_is_shown_when_an_event_or_a_user_becomes_text()
    {
        var set = new UserEvent.PasswordSet("jane", "the-hash", "jane", Now);
        set.ToString().ShouldNotContain("the-hash");
        Given(Jane, set).Users["jane"].ToString().ShouldNotContain("the-hash");
    }

    [Theory]
    [InlineData("correct horse", null)]
    [InlineData("пароль на десять", null)]
    [InlineData("🔭🔭🪐🌌🔭🪐🌌🔭🪐🌌", null)]
    [InlineData("🔭🪐🌌🔭🪐🌌🔭🪐🌌", "too short")]
    [InlineData("123456789", "too short")]
    [InlineData("", "no password")]
    [InlineData("aaaaaaaaaaaaaaaa", "repeats")]
    [InlineData("jane1234567", "user's name")]
    [InlineData("correct\thorse", "control character")]
    public void A_password_is_long_and_of_any_characters(string password, string? flaw)
    {
        if (flaw is null)
        {
            Passwords.FlawOf(password, "jane").ShouldBeNull();
        }
        else
        {
            Passwords.FlawOf(password, "jane").ShouldNotBeNull().ShouldContain(flaw);
        }
    }

    [Fact]
    public void What_is_no_text_is_no_password()
    {
        Passwords.FlawOf("correct horse\ud800", "jane").ShouldNotBeNull();
        Passwords.IsPossible("\ud800").ShouldBeFalse();
        Passwords.IsPossible(new string('a', 1025)).ShouldBeFalse();
        Passwords.IsPossible("x").ShouldBeTrue();
    }

    [Fact]
    public void Waits_double_up_to_a_bound_and_tries_are_forgiven()
    {
        var rule = new LockOut(3, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        int[] tries = [0, 2, 3, 4, 5, 6, 1000];
        tries.Select(count => rule.WaitAfter(count).TotalSeconds).ShouldBe([0, 0, 1, 2, 4, 5, 5]);
        rule.WaitAfter(2.1).ShouldBe(TimeSpan.FromSeconds(1));
        rule.After(5, TimeSpan.FromMinutes(20)).ShouldBe(3);
        rule.After(1, TimeSpan.FromDays(1)).ShouldBe(0);
    }

    private static UserState Given(params UserEvent[] events) => events.Aggregate(UserState.Empty, (state, @event) => state.Apply(@event));

    private static Caller CallerOf(UserState state, string name) => state.Users[name].AsCaller();

    private static UserCommand.Add Add(string name, UserType type, params string[] projects) =>
        new(name, type, [.. projects], new WorkContext(projects.FirstOrDefault() ?? WorkContext.CommonProject, Privileges.Project), Operator);

    private static UserCommand.CreateToken Token(string id, string user, Caller by) => new(id, user, new string('0', 64), Now.AddDays(30), null, "", by);

    private static UserEvent.TokenCreated Made(string id, string user, bool byPassword) => new(id, user, new string('0', 64), Now.AddDays(30), byPassword, "", user, Now);

    private static UserDecision Decide(UserState state, UserCommand command) => UserDecider.Decide(state, command, Rules, Now);

    /// <summary>The one event; sets in it are compared by what they hold.</summary>
    private static UserEvent Happens(UserState state, UserCommand command)
    {
        var @event = Decide(state, command).ShouldBeOfType<UserDecision.Accepted>().Events.ShouldHaveSingleItem();
        return @event switch
        {
            UserEvent.Added added => added with { Projects = Same(added.Projects) },
            UserEvent.Changed changed => changed with { Projects = Same(changed.Projects) },
            _ => @event,
        };
    }

    private static ImmutableSortedSet<string> Same(ImmutableSortedSet<string> projects) => projects.SetEquals(Jane.Projects) ? Jane.Projects : projects;

    private static UserRejection Refusal(UserState state, UserCommand command) => Decide(state, command).ShouldBeOfType<UserDecision.Rejected>().Reason;

    private static string Message(UserState state, UserCommand command) => Decide(state, command).ShouldBeOfType<UserDecision.Rejected>().Message;
}
