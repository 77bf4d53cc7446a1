using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>A user from his making to his end, over HTTP.</summary>
[Collection(SharedDpu.Name)]
public sealed class UserTests(RunningDpu dpu)
{
    private const string Password = "correct horse, \"battery\" стейпл";

    private readonly string _name = "u-" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task Somebody_is_made_known_logs_in_asks_and_logs_out()
    {
        await AddAsync("2", "KIDS, north");
        await dpu.Client.SetPasswordAsync(_name, new PasswordRequest(Password, null), CancellationToken.None);
        var login = await Visitor().LogInAsync(new LoginRequest(_name, Password, "laptop", 3600), CancellationToken.None);
        using var client = As(login.Token);

        var who = await client.GetWhoAmIAsync(CancellationToken.None);
        (who.Name, who.Type, who.Project, who.Privileges, who.Token, who.Expires).ShouldBe((_name, "2", "KIDS, north", "project", login.Id, login.Expires));
        who.Projects.ShouldBe(["KIDS, north", "common"], ignoreOrder: true);
        var key = (await client.GetKeysAsync(CancellationToken.None)).ShouldHaveSingleItem();
        (key.Id, key.For, key.State, key.Note, key.LastUsedBy).ShouldBe((login.Id, "user", "usable", "laptop", _name));

        (await client.LogOutAsync(CancellationToken.None)).State.ShouldBe("revoked");
        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.GetWhoAmIAsync(CancellationToken.None))).Problem!.Code.ShouldBe("token-revoked");
    }

    [Fact]
    public async Task Who_does_not_know_the_password_learns_nothing_of_the_user()
    {
        await AddAsync("1");
        await dpu.Client.SetPasswordAsync(_name, new PasswordRequest(Password, null), CancellationToken.None);

        var bodies = new List<string>();
        foreach (var (name, password) in ((string, string)[])[(_name, "wrong password"), (_name + "x", "wrong password"), (_name + "x", Password)])
        {
            using var answer = await LogInAsync(name, password);
            await answer.ProblemAsync(401, "wrong-password");
            bodies.Add(await answer.Content.ReadAsStringAsync());
        }

        bodies.Distinct().ShouldHaveSingleItem();
        using var right = await LogInAsync(_name, Password);
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_has_no_password_cannot_log_in_with_any()
    {
        await AddAsync("1");
        using var answer = await LogInAsync(_name, Password);
        await answer.ProblemAsync(401, "wrong-password");
    }

    [Fact]
    public async Task A_disabled_user_is_told_so_once_he_has_shown_who_he_is()
    {
        await AddAsync("1");
        await dpu.Client.SetPasswordAsync(_name, new PasswordRequest(Password, null), CancellationToken.None);
        await dpu.Client.DisableUserAsync(_name, CancellationToken.None);

        using (var wrong = await LogInAsync(_name, "wrong password"))
        {
            await wrong.ProblemAsync(401, "wrong-password");
        }

        using (var right = await LogInAsync(_name, Password))
        {
            (await right.ProblemAsync(403, "user-disabled")).Detail!.ShouldContain("dpu user enable");
        }

        (await dpu.Client.EnableUserAsync(_name, CancellationToken.None)).Enabled.ShouldBeTrue();
        using var again = await LogInAsync(_name, Password);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_does_what_its_user_may_and_nothing_more()
    {
        await AddAsync("3");
        using var client = As(await TokenAsync());

        foreach (var (method, path) in ((string, string)[])[("GET", "/users"), ("POST", "/users"), ("POST", "/reload"), ("GET", "/scaling"), ("POST", "/ingest"), ("POST", "/nodes/here/drain"), ("GET", "/package"), ("DELETE", "/keys/0000000a")])
        {
            using var answer = await AskAsync(method, path, await TokenAsync());
            (await answer.ProblemAsync(403, "not-allowed")).Detail!.ShouldContain($"you are '{_name}', a user of type 3");
        }

        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.CreateKeyAsync(new KeyRequest("node", false, null, null), CancellationToken.None))).Problem!.Code.ShouldBe("not-allowed");
        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.SetPasswordAsync("somebody-else", new PasswordRequest(Password, null), CancellationToken.None))).Problem!.Code.ShouldBe("not-allowed");
    }

    [Fact]
    public async Task A_user_makes_and_revokes_tokens_of_his_own_and_sees_no_others()
    {
        await AddAsync("1");
        using var client = As(await TokenAsync());
        var second = await client.CreateKeyAsync(new KeyRequest("user", false, 60, "robot"), CancellationToken.None);
        second.Line!.ShouldStartWith($"dpu-user:{second.Id}:");

        (await client.GetKeysAsync(CancellationToken.None)).ShouldAllBe(key => key.For == "user" && key.LastUsedBy == _name);
        (await client.RevokeKeyAsync(second.Id, CancellationToken.None)).State.ShouldBe("revoked");
        using var other = As((await dpu.Client.CreateKeyAsync(new KeyRequest("user", false, 60, null) { User = await OtherAsync() }, CancellationToken.None)).Line!);
        (await Should.ThrowAsync<DpuRefusedException>(() => other.RevokeKeyAsync(second.Id, CancellationToken.None))).Problem.Code.ShouldBe("unknown-key");
    }

    [Fact]
    public async Task Another_password_needs_the_one_that_holds_and_ends_its_logins()
    {
        await AddAsync("1");
        await dpu.Client.SetPasswordAsync(_name, new PasswordRequest(Password, null), CancellationToken.None);
        var first = (await Visitor().LogInAsync(new LoginRequest(_name, Password, null, null), CancellationToken.None)).Token;
        var second = (await Visitor().LogInAsync(new LoginRequest(_name, Password, null, null), CancellationToken.None)).Token;
        using var client = As(second);

        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.SetPasswordAsync(_name, new PasswordRequest("another password", "wrong password"), CancellationToken.None))).Problem!.Code.ShouldBe("wrong-password");
        (await Should.ThrowAsync<DpuRefusedException>(() => client.SetPasswordAsync(_name, new PasswordRequest("short", Password), CancellationToken.None))).Problem.Code.ShouldBe("bad-password");
        await client.SetPasswordAsync(_name, new PasswordRequest("another password", Password), CancellationToken.None);

        (await client.GetWhoAmIAsync(CancellationToken.None)).Name.ShouldBe(_name);
        using var old = As(first);
        (await Should.ThrowAsync<DpuNotAllowedException>(() => old.GetWhoAmIAsync(CancellationToken.None))).Problem!.Code.ShouldBe("token-revoked");
        using var answer = await LogInAsync(_name, Password);
        await answer.ProblemAsync(401, "wrong-password");
    }

    [Fact]
    public async Task Jobs_of_a_user_who_is_disabled_stay_and_what_he_follows_ends()
    {
        await AddAsync("3");
        var folder = dpu.NewFolder();
        var first = await dpu.ExecAsync("sh", "-c", $"until test -e {folder}/go; do sleep 0.05; done");
        using var client = As(await TokenAsync());
        var job = (await client.SubmitAsync(new ExecSubmission(["true"]) { After = [first] }, IdempotencyKey.Create(), CancellationToken.None)).JobId;
        using var stream = await AskAsync("GET", $"/jobs/{job}/events", await TokenAsync());
        stream.StatusCode.ShouldBe(HttpStatusCode.OK);

        await dpu.Client.DisableUserAsync(_name, CancellationToken.None);

        await Should.ThrowAsync<HttpRequestException>(() => stream.Content.ReadAsStringAsync());
        using var refused = await AskAsync("GET", $"/jobs/{job}", await TokenAsync());
        await refused.ProblemAsync(401, "user-disabled");
        (await dpu.Client.GetJobAsync(job, tasks: false, CancellationToken.None)).Status.ShouldBe("QUEUED");

        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "");
        (await dpu.EndOfAsync(job)).Ended.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/users", """{"name":"a b","type":"1"}""", 422, "bad-name")]
    [InlineData("/users", """{"name":"ab","type":"4"}""", 400, "bad-json")]
    [InlineData("/users", """{"name":"ab"}""", 400, "bad-json")]
    [InlineData("/users", """{"type":"1"}""", 400, "bad-json")]
    [InlineData("/users", """{"name":"ab","type":"1","projects":[null]}""", 400, "bad-json")]
    [InlineData("/users", """{"name":"ab","type":"1","privileges":"all"}""", 400, "bad-json")]
    [InlineData("/users", """{"name":"ab","type":"1","project":"KIDS"}""", 422, "bad-project")]
    [InlineData("/users/nobody/set", """{"type":"1"}""", 404, "unknown-user")]
    [InlineData("/users/nobody/password", """{"password":"correct horse battery"}""", 404, "unknown-user")]
    [InlineData("/login", """{"user":"ab"}""", 400, "bad-json")]
    [InlineData("/login", """{"user":"ab","password":"x","expiresInSeconds":-1}""", 400, "bad-json")]
    [InlineData("/logout", "{}", 409, "no-login")]
    public async Task What_cannot_be_is_refused(string path, string body, int status, string code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At(path), body);
        await answer.ProblemAsync(status, code);
    }

    [Fact]
    public async Task An_operator_reads_everything_a_user_what_concerns_him_and_a_visitor_nothing()
    {
        await AddAsync("3");
        var token = await TokenAsync();
        using var client = As(token);
        await client.SubmitAsync(new ExecSubmission(["true"]), IdempotencyKey.Create(), CancellationToken.None);

        (await client.GetAuditAsync(new AuditQuery(), CancellationToken.None)).Select(line => (line.By == _name, line.Action, line.Owner))
            .ShouldBe([(true, "submit", null), (false, "create token", _name), (false, "add user", _name)]);
        var all = await dpu.Client.GetAuditAsync(new AuditQuery(Limit: 1000), CancellationToken.None);
        all.ShouldContain(line => line.Owner == _name);
        (await dpu.Client.GetAuditAsync(new AuditQuery(By: _name), CancellationToken.None)).ShouldHaveSingleItem().Action.ShouldBe("submit");
        using var visitor = await dpu.Visitor.GetAsync(dpu.At("/audit"));
        await visitor.ProblemAsync(401, "token-needed");
        using var page = await dpu.Owner.GetAsync(dpu.At("/audit?limit=1&by=" + _name));
        page.Headers.GetValues("Link").ShouldHaveSingleItem().ShouldContain("before=");
        using var wrong = await dpu.Owner.GetAsync(dpu.At("/audit?limit=0"));
        await wrong.ProblemAsync(400, "bad-limit");
    }

    private async Task<string> OtherAsync()
    {
        await dpu.Client.AddUserAsync(new UserRequest(_name + "-2", "1", null, null, null), CancellationToken.None);
        return _name + "-2";
    }

    private string? _token;

    private async Task<string> TokenAsync() =>
        _token ??= (await dpu.Client.CreateKeyAsync(new KeyRequest("user", false, 600, null) { User = _name }, CancellationToken.None)).Line!;

    private Task<UserInfo> AddAsync(string type, string? project = null) =>
        dpu.Client.AddUserAsync(new UserRequest(_name, type, project is null ? null : [project], project, null), CancellationToken.None);

    private DpuHttpClient As(string token) => new(new DpuClientOptions { Address = dpu.Host.Address, Token = _ => token });

    private DpuHttpClient Visitor() => new(new DpuClientOptions { Address = dpu.Host.Address, Token = _ => null });

    private Task<HttpResponseMessage> LogInAsync(string user, string password) =>
        dpu.Visitor.PostAsync(dpu.At("/login"), JsonSerializer.Serialize(new LoginRequest(user, password, null, null), ApiJson.Default.LoginRequest));

    private async Task<HttpResponseMessage> AskAsync(string method, string path, string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), dpu.At(path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        return await dpu.Visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
