using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dpu.Service.Tests.Notifications;

/// <summary>A mail server on loopback: it takes whatever comes and remembers what was said, and what it had said when.</summary>
internal sealed class MailListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _came = new(0);
    private readonly ConcurrentQueue<IReadOnlyList<string>> _mails = new();
    private readonly ConcurrentQueue<string> _said = new();
    private readonly X509Certificate2 _certificate = SelfSigned();

    public MailListener()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What is answered to a word of the client instead of what is usual.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>Whether it offers TLS.</summary>
    public bool OffersTls { get; init; }

    /// <summary>Said in plain text behind the word that TLS begins.</summary>
    public string? Injected { get; init; }

    /// <summary>Lines of the client, with a mark before those that came over TLS.</summary>
    public IReadOnlyList<string> Said => [.. _said];

    /// <summary>The lines of the next mail that comes.</summary>
    public async Task<IReadOnlyList<string>> NextAsync()
    {
        (await _came.WaitAsync(TimeSpan.FromSeconds(60))).ShouldHaveCome();
        return _mails.Last();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _came.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client.GetStream());
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
            {
                // That one went away.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var (safe, reader) = ("", new StreamReader(stream, Encoding.ASCII));
        Task SayAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();
        await SayAsync("220-mail.example.org\r\n220 ready");
        while (await reader.ReadLineAsync() is { } line)
        {
            _said.Enqueue(safe + line);
            var word = line.Split(' ', ':')[0];
            if (Answers.TryGetValue(word, out var answer))
            {
                await SayAsync(answer);
                continue;
            }

            switch (word)
            {
                case "EHLO":
                    await SayAsync($"250-mail.example.org{(OffersTls && safe.Length == 0 ? "\r\n250-STARTTLS" : "")}\r\n250 AUTH PLAIN");
                    break;
                case "STARTTLS":
                    await SayAsync("220 go on" + (Injected is null ? "" : "\r\n" + Injected));
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    (stream, safe, reader) = (tls, "TLS ", new StreamReader(tls, Encoding.ASCII));
                    break;
                case "AUTH":
                    await SayAsync("235 welcome");
                    break;
                case "DATA":
                    await SayAsync("354 go on");
                    await TakeAsync(reader);
                    await SayAsync("250 taken");
                    _came.Release();
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return;
                default:
                    await SayAsync("250 well");
                    break;
            }
        }
    }

    private async Task TakeAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line && line != ".")
        {
            lines.Add(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line);
        }

        _mails.Enqueue(lines);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
