using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dpu.Actors.Notifications;
using Dpu.Client.Contracts;
using Dpu.Domain.Notifications;

namespace Dpu.Service.Notifications;

/// <summary>
/// Posts to webhooks, signed as Standard Webhooks has it. It goes to the places that the operator named and to nothing that they point to: redirects are not followed, no proxy is asked, what
/// is answered is not read, and a name that leads to this very host is not believed.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private const int Gone = 410;
    private const int HeaderKilobytesMax = 16;
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(1);

    private readonly NotifyOptions _options;
    private readonly WebhookKeys _keys;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public WebhookSender(NotifyOptions options, WebhookKeys keys, TimeProvider time)
    {
        (_options, _keys, _time) = (options, keys, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = HeaderKilobytesMax,
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="NotificationException">It was not taken.</exception>
    public async Task SendAsync(string id, WebhookNotice notice, string user, WebhookTarget target, CancellationToken cancellationToken)
    {
        if (WebhookRules.WhyNot(target.Url, _options.WebhookOrigins) is { } not)
        {
            throw new NotificationException(not, isFinal: true);
        }

        using var request = Request(id, notice, user, target);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(_options.Timeout);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            Judge((int)answer.StatusCode, request.RequestUri!);
        }
        catch (HttpRequestException error)
        {
            throw new NotificationException($"{request.RequestUri!.Host} could not be asked: {error.Message}", isFinal: false, error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotificationException($"{request.RequestUri!.Host} did not answer in {_options.Timeout.TotalSeconds} s", isFinal: false, error);
        }
    }

    private HttpRequestMessage Request(string id, WebhookNotice notice, string user, WebhookTarget target)
    {
        var (body, timestamp) = (JsonSerializer.Serialize(notice, ApiJson.Default.WebhookNotice), _time.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _keys.Sign(user, target.KeyId, id, timestamp, body));
        request.Headers.UserAgent.ParseAdd("dpu");
        return request;
    }

    private static void Judge(int status, Uri url)
    {
        if (status is < 200 or > 299)
        {
            throw new NotificationException($"{url.Host} answered {status}{(status is >= 300 and < 400 ? ", and redirects are not followed" : "")}", isFinal: status == Gone);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var place = context.DnsEndPoint;
        var isNamed = !IPAddress.TryParse(place.Host, out var literal) && place.Host != "localhost";
        var addresses = literal is not null ? [literal] : await Dns.GetHostAddressesAsync(place.Host, cancellationToken);
        var allowed = isNamed ? [.. addresses.Where(static address => !IsOfThisHost(address))] : addresses;
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{place.Host} leads to this host itself");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, place.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Its own services, and those that only hosts of this link (or of a cloud) can ask.</summary>
    internal static bool IsOfThisHost(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6Multicast
            || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || plain.Equals(IPAddress.Broadcast)
            || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [0, ..] or [127, ..] or [169, 254, ..] or [>= 224, ..]);
    }
}
