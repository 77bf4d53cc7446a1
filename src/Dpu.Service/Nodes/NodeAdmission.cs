using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Cluster.Links;

namespace Dpu.Service.Nodes;

/// <summary>How a node gets in: by its key at the first contact, by its identity from then on.</summary>
/// <param name="name">The node's name.</param>
/// <param name="file">Where it keeps its identity.</param>
/// <param name="frontends">Where frontends answer.</param>
internal sealed class NodeAdmission(string name, NodeIdentityFile file, IReadOnlyList<Uri> frontends)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);

    /// <summary>The node's identity: the kept one, or a new one that a frontend has just taken.</summary>
    /// <exception cref="StartupException">It is not let in; the message says why and what to do.</exception>
    public async Task<KeptIdentity> EnterAsync(string? keyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        var kept = file.Read();
        if (kept is { JoinedWith: not null })
        {
            return kept.Credential.Name == name
                ? kept
                : throw new StartupException($"{file.Path} is the identity of node '{kept.Credential.Name}', not of '{name}': use --name {kept.Credential.Name}, or another data directory for another node (--data).", 2);
        }

        var key = ReadKey(keyFile);
        var identity = kept?.Credential.Name == name && kept.CaSha256 == key.CaSha256 ? kept : new KeptIdentity(NodeCredential.Create(name), key.CaSha256, null);
        file.Write(identity);
        await JoinAsync(key, identity, time, cancellationToken);
        identity = identity with { JoinedWith = key.Id };
        file.Write(identity);
        return identity;
    }

    /// <summary>A web socket to a frontend, with the node's identity.</summary>
    /// <exception cref="UplinkRefusedException">The frontend answers, and does not want it.</exception>
    public static async Task<WebSocket> OpenAsync(KeptIdentity identity, Uri frontend, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.SetRequestHeader("Authorization", $"Bearer {identity.Credential.Parameter}");
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            TrustOf(identity.CaSha256).Apply(socket.Options);
            await socket.ConnectAsync(LinkAddress(frontend), cancellationToken);
            return socket;
        }
        catch (Exception error)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new UplinkRefusedException($"this node's identity is not (or no longer) known there. If it was revoked, remove {identity.Credential.Name}'s identity.json from its data directory and let it join with a new key.")
                : error;
        }
    }

    /// <summary>Where nodes link to at a frontend.</summary>
    private static Uri LinkAddress(Uri frontend) =>
        new UriBuilder(new Uri(frontend, "/api/v1/link")) { Scheme = frontend.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;

    public static ServerTrust TrustOf(string? caSha256) => caSha256 is null ? ServerTrust.SystemRoots : ServerTrust.Pinned(caSha256);

    private JoinKey ReadKey(string? keyFile)
    {
        if (keyFile is null)
        {
            throw new StartupException($"Node '{name}' has not joined yet: make a key on the frontend with 'dpu key create --for node --out FILE', bring the file here, and name it with --key-file.", 2);
        }

        try
        {
            return JoinKey.ReadFile(keyFile);
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException(error is FormatException ? error.Message : $"The key cannot be read: {error.Message}", 2);
        }
    }

    /// <summary>The first frontend that answers decides; one that cannot be reached leaves it to the next.</summary>
    private async Task JoinAsync(JoinKey key, KeptIdentity identity, TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = ServerTrust.For(key).SslOptions(), UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        var reasons = new List<string>();
        foreach (var frontend in frontends)
        {
            if (await TryJoinAsync(http, frontend, key, identity, time, cancellationToken) is not { } reason)
            {
                return;
            }

            reasons.Add($"{frontend.Authority}: {reason}");
        }

        throw new StartupException($"No frontend can be reached. {string.Join(" ", reasons)}", 3);
    }

    /// <summary>Null when the node was let in, else why the frontend could not be asked.</summary>
    private async Task<string?> TryJoinAsync(HttpClient http, Uri frontend, JoinKey key, KeptIdentity identity, TimeProvider time, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(frontend, "/api/v1/node/join"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Parameter);
        request.Content = JsonContent.Create(new NodeJoinRequest(name, identity.Credential.IdentityHash, LinkProtocol.Version), ApiJson.Default.NodeJoinRequest);
        using var bound = new CancellationTokenSource(AnswerTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            using var answer = await http.SendAsync(request, both.Token);
            return answer.IsSuccessStatusCode ? null : throw new StartupException(await ReasonOfAsync(answer, both.Token), 3);
        }
        catch (HttpRequestException error)
        {
            return Innermost(error).Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {AnswerTime.TotalSeconds} s.";
        }
    }

    private async Task<string> ReasonOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem, cancellationToken);
            return $"The frontend does not let node '{name}' in: {problem?.Detail ?? answer.StatusCode.ToString()}";
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return $"The frontend does not let node '{name}' in: it answered {(int)answer.StatusCode}; is it a DPU?";
        }
    }

    private static Exception Innermost(Exception error)
    {
        while (error is not AuthenticationException && error.InnerException is { } inner)
        {
            error = inner;
        }

        return error;
    }
}
