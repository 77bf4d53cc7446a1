using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Dpu.Actors.Notifications;

namespace Dpu.Service.Notifications;

/// <summary>
/// One conversation with a mail server (RFC 5321), of the few words that it takes to hand over a mail. The framework's own client knows no TLS from the beginning, and its makers advise against it.
/// </summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private const int LineLengthMax = 2000;
    private const int LinesMax = 100;
    private const int ShownMax = 200;

    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream;
    private int _start;
    private int _end;

    private SmtpConnection(Stream stream) => _stream = stream;

    public static async Task<SmtpConnection> OpenAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            return new SmtpConnection(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>From here on nobody on the way reads or changes anything. What came before it in plain text is not believed.</summary>
    public async Task ProtectAsync(string host, RemoteCertificateValidationCallback? trust, CancellationToken cancellationToken)
    {
        if (_start != _end)
        {
            throw new IOException("the server said something in plain text behind its word that it would speak TLS");
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false, trust);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancellationToken);
    }

    /// <summary>Says something and hears the answer, which must be <paramref name="expected"/>.</summary>
    /// <param name="line">What; null to hear only.</param>
    /// <param name="expected">The code of the answer.</param>
    /// <param name="isAboutMail">Whether a refusal for good is one of this very mail, and no other try would help.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NotificationException">The answer was another one.</exception>
    public async Task<IReadOnlyList<string>> AskAsync(string? line, int expected, bool isAboutMail, CancellationToken cancellationToken)
    {
        if (line is not null)
        {
            await WriteAsync(line + "\r\n", cancellationToken);
        }

        var (code, lines) = await ReadReplyAsync(cancellationToken);
        return code == expected
            ? lines
            : throw new NotificationException($"the mail server said '{Shown(code, lines)}'", isFinal: isAboutMail && code is >= 500 and < 600);
    }

    public Task WriteAsync(string text, CancellationToken cancellationToken) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken).AsTask();

    private async Task<(int Code, IReadOnlyList<string> Lines)> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < LinesMax)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            {
                throw new IOException("what answers there is no mail server");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return (code, lines);
            }
        }

        throw new IOException("the mail server talks without an end");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length < LineLengthMax)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                {
                    throw new IOException("the mail server ended the conversation");
                }
            }

            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }

        throw new IOException("the mail server talks without an end");
    }

    private static string Shown(int code, IReadOnlyList<string> lines)
    {
        var text = string.Concat($"{code} {string.Join(' ', lines)}".Select(static c => c is >= ' ' and <= '~' ? c : '?'));
        return text.Length <= ShownMax ? text : text[..ShownMax];
    }
}
