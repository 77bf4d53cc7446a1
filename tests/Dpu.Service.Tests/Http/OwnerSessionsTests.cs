using Dpu.Service.Http.Sessions;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What is kept of the browsers of whoever runs the service.</summary>
public sealed class OwnerSessionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    private string Path => _folder.At("sessions");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_session_goes_on_behind_a_restart_until_it_expires()
    {
        var (token, expires) = new OwnerSessions(Path, _time).Create();
        var restarted = new OwnerSessions(Path, _time);
        restarted.Knows(token).ShouldBeTrue();
        restarted.Knows(token[..^1]).ShouldBeFalse();
        _time.Advance(expires - _time.GetUtcNow());
        restarted.Knows(token).ShouldBeFalse();
    }

    [Fact]
    public void An_ended_one_stays_ended()
    {
        var sessions = new OwnerSessions(Path, _time);
        var (token, other) = (sessions.Create().Token, sessions.Create().Token);
        sessions.End(token);
        sessions.Knows(token).ShouldBeFalse();
        new OwnerSessions(Path, _time).Knows(token).ShouldBeFalse();
        new OwnerSessions(Path, _time).Knows(other).ShouldBeTrue();
    }

    [Fact]
    public void The_file_is_its_users_alone_and_lets_nobody_in_who_reads_it()
    {
        var token = new OwnerSessions(Path, _time).Create().Token;
        var text = File.ReadAllText(Path);
        text.ShouldNotContain(token[OwnerSessions.Prefix.Length..]);
        File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        new OwnerSessions(Path, _time).Knows(OwnerSessions.Prefix + text.Split(' ')[0]).ShouldBeFalse();
    }

    [Fact]
    public void Lines_that_are_none_let_nobody_in()
    {
        File.WriteAllText(Path, "\nx y z\n" + new string('0', 64) + " later\n");
        var sessions = new OwnerSessions(Path, _time);
        sessions.Knows(OwnerSessions.Prefix).ShouldBeFalse();
        sessions.Knows(sessions.Create().Token).ShouldBeTrue();
    }

    [Fact]
    public void The_oldest_make_room()
    {
        var sessions = new OwnerSessions(Path, _time);
        var tokens = new List<string>();
        for (var made = 0; made < 60; made++)
        {
            tokens.Add(sessions.Create().Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        File.ReadLines(Path).Count().ShouldBe(50);
        tokens.Count(sessions.Knows).ShouldBe(50);
        sessions.Knows(tokens[^1]).ShouldBeTrue();
    }

    [Fact]
    public void An_address_is_good_once_and_for_a_while()
    {
        var addresses = new OpenAddresses(_time);
        var code = addresses.Add("a token", _time.GetUtcNow());
        addresses.Take(code)!.Value.Token.ShouldBe("a token");
        addresses.Take(code).ShouldBeNull();
        addresses.Take("").ShouldBeNull();

        var late = addresses.Add("another", _time.GetUtcNow());
        _time.Advance(OpenAddresses.Life);
        addresses.Take(late).ShouldBeNull();
    }
}
