using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Keys from their making to a node that has joined, over HTTP.</summary>
[Collection(SharedDpu.Name)]
public sealed class KeyTests(RunningDpu dpu)
{
    private readonly string _name = "n-" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task A_node_joins_with_a_key_and_its_lost_answer_costs_nothing()
    {
        var key = await KeyAsync();
        var node = NodeCredential.Create(_name);

        foreach (var _ in (int[])[1, 2])
        {
            using var answer = await JoinAsync(key, node);
            var joined = await answer.JsonAsync();
            (joined.GetProperty("dpu").GetString(), joined.GetProperty("name").GetString()).ShouldBe(("test-dpu", _name));
        }

        var listed = await dpu.Client.GetKeysAsync(CancellationToken.None);
        var mine = listed.Single(info => info.Id == key.Id);
        (mine.State, mine.LastUsedBy, mine.Note).ShouldBe(("used", _name, "rack 7, \"gpu\""));
        listed.Single(info => info.Id == $"node:{_name}").State.ShouldBe("usable");
    }

    [Fact]
    public async Task A_used_key_lets_nobody_else_in()
    {
        var key = await KeyAsync();
        (await JoinAsync(key, NodeCredential.Create(_name))).Dispose();

        using var answer = await JoinAsync(key, NodeCredential.Create(_name + "-2"));
        (await answer.ProblemAsync(403, "key-used")).Detail!.ShouldContain(_name);
    }

    [Fact]
    public async Task A_revoked_key_lets_nobody_in()
    {
        var key = await KeyAsync();
        (await dpu.Client.RevokeKeyAsync(key.Id, CancellationToken.None)).State.ShouldBe("revoked");

        using var answer = await JoinAsync(key, NodeCredential.Create(_name));
        (await answer.ProblemAsync(403, "key-revoked")).Detail!.ShouldContain("revoked on");
    }

    [Fact]
    public async Task An_expired_key_lets_nobody_in()
    {
        var key = await KeyAsync(expiresInSeconds: 1e-6);

        using var answer = await JoinAsync(key, NodeCredential.Create(_name));
        (await answer.ProblemAsync(403, "key-expired")).Detail!.ShouldContain("expired on");
    }

    [Fact]
    public async Task Wrong_keys_are_told_apart_from_wrong_requests()
    {
        var key = await KeyAsync();
        var stranger = JoinKey.Create(null);
        var forged = JoinKey.Parse($"dpu-key:{key.Id}:{stranger.Secret}");
        var node = NodeCredential.Create(_name);

        using var unknown = await JoinAsync(stranger, node);
        await unknown.ProblemAsync(401, "unknown-key");
        unknown.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Bearer");
        using var wrong = await JoinAsync(forged, node);
        await wrong.ProblemAsync(401, "wrong-key");
        using var half = await PostAsync("dpu-key:half", new NodeJoinRequest(_name, node.IdentityHash, 1));
        await half.ProblemAsync(401, "wrong-key");
        using var nameless = await PostAsync(key.Parameter, new NodeJoinRequest("a:b", node.IdentityHash, 1));
        await nameless.ProblemAsync(400, "bad-json");
        using var hashless = await PostAsync(key.Parameter, new NodeJoinRequest(_name, "x", 1));
        await hashless.ProblemAsync(400, "bad-json");
        using var wordless = await PostAsync(key.Parameter, new NodeJoinRequest(_name, node.IdentityHash, null));
        await wordless.ProblemAsync(400, "bad-json");
    }

    [Fact]
    public async Task The_name_of_the_DPUs_own_node_and_of_one_that_is_not_gone_are_taken()
    {
        var key = await KeyAsync(reusable: true);
        using var own = await JoinAsync(key, NodeCredential.Create("here"));
        await own.ProblemAsync(409, "name-taken");
        (await JoinAsync(key, NodeCredential.Create(_name))).Dispose();

        using var second = await JoinAsync(key, NodeCredential.Create(_name));
        await second.ProblemAsync(409, "name-taken");
    }

    [Fact]
    public async Task A_node_may_use_nothing_of_the_owners_and_is_nobody_once_it_is_revoked()
    {
        var node = NodeCredential.Create(_name);
        (await JoinAsync(await KeyAsync(), node)).Dispose();

        using var known = await GetAsync("/keys", node.Parameter);
        await known.ProblemAsync(403, "not-for-nodes");
        await dpu.Client.RevokeKeyAsync($"node:{_name}", CancellationToken.None);
        using var revoked = await GetAsync("/keys", node.Parameter);
        await revoked.ProblemAsync(401, "unknown-node");
    }

    [Fact]
    public async Task Keys_and_tokens_open_only_what_they_are_for()
    {
        var key = await KeyAsync();
        using var withKey = await GetAsync("/keys", key.Parameter);
        await withKey.ProblemAsync(403, "not-for-keys");
        using var asOwner = await dpu.Owner.PostAsync(dpu.At("/node/join"), new StringContent("{}", Encoding.UTF8, "application/json"));
        await asOwner.ProblemAsync(403, "for-nodes");
    }

    [Theory]
    [InlineData("""{"for":"users","reusable":false}""", 422, "bad-for")]
    [InlineData("""{"for":"user","reusable":false}""", 422, "no-user")]
    [InlineData("""{"for":"user","reusable":false,"user":"nobody"}""", 404, "unknown-user")]
    [InlineData("""{"reusable":false}""", 400, "bad-json")]
    [InlineData("""{"for":"node","expiresInSeconds":0}""", 400, "bad-json")]
    [InlineData("""{"for":"node","expiresInSeconds":1e300}""", 400, "bad-json")]
    public async Task A_wrong_request_for_a_key_is_refused(string body, int status, string code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/keys"), new StringContent(body, Encoding.UTF8, "application/json"));
        await answer.ProblemAsync(status, code);
    }

    [Fact]
    public async Task An_unknown_key_cannot_be_revoked()
    {
        using var answer = await dpu.Owner.DeleteAsync(dpu.At("/keys/nothing"));
        await answer.ProblemAsync(404, "unknown-key");
    }

    private async Task<JoinKey> KeyAsync(bool reusable = false, double? expiresInSeconds = null) => JoinKey.Parse(
        (await dpu.Client.CreateKeyAsync(new KeyRequest("node", reusable, expiresInSeconds, "rack 7, \"gpu\""), CancellationToken.None)).Line!);

    private Task<HttpResponseMessage> JoinAsync(JoinKey key, NodeCredential node) => PostAsync(key.Parameter, new NodeJoinRequest(node.Name, node.IdentityHash, 1));

    private async Task<HttpResponseMessage> PostAsync(string parameter, NodeJoinRequest body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, dpu.At("/node/join"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", parameter) },
            Content = new StringContent(JsonSerializer.Serialize(body, ApiJson.Default.NodeJoinRequest), Encoding.UTF8, "application/json"),
        };
        return await dpu.Visitor.SendAsync(request);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string parameter)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At(path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", parameter) } };
        return await dpu.Visitor.SendAsync(request);
    }
}
