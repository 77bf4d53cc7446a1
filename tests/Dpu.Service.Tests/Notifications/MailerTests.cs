using System.Text;
using Dpu.Actors.Notifications;
using Dpu.Service.Notifications;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Notifications;

public sealed class MailerTests : IDisposable
{
    private static readonly MailMessage Mail = new("dpu@example.org", "jane@example.org", "[dpu] Job 1 FAILED: Reduce", "Bücher\n.\nend\n", "job-1", new DateTimeOffset(2000, 4, 28, 8, 0, 0, TimeSpan.Zero));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        using var server = new MailListener();
        await Send(server, SmtpSecurity.None);
        var lines = await server.NextAsync();
        lines.TakeWhile(line => line.Length > 0).ShouldBe(
        [
            "From: dpu@example.org", "To: jane@example.org", "Subject: [dpu] Job 1 FAILED: Reduce", "Date: Fri, 28 Apr 2000 08:00:00 +0000", "Message-ID: <job-1@example.org>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
        ]);
        Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(lines.SkipWhile(line => line.Length > 0)))).ShouldBe("Bücher\n.\nend\n");
        server.Said.ShouldContain("MAIL FROM:<dpu@example.org>");
        server.Said.ShouldContain("RCPT TO:<jane@example.org>");
    }

    [Fact]
    public async Task The_password_is_said_over_TLS_only_and_read_from_its_file()
    {
        using var server = new MailListener { OffersTls = true };
        await Send(server, SmtpSecurity.StartTls, _folder.File("password", "secret\n"));
        await server.NextAsync();
        server.Said.ShouldContain("TLS AUTH PLAIN " + Convert.ToBase64String("\0dpu\0secret"u8));
        server.Said.Where(line => !line.StartsWith("TLS ", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).ShouldBe(["EHLO", "STARTTLS"]);
    }

    [Fact]
    public async Task Without_the_offer_of_TLS_nothing_is_said()
    {
        using var server = new MailListener();
        (await Fails(server, SmtpSecurity.StartTls)).Message.ShouldContain("does not offer TLS");
        server.Said.Select(line => line.Split(' ')[0]).ShouldBe(["EHLO"]);
    }

    [Fact]
    public async Task What_comes_in_plain_text_behind_the_word_of_TLS_is_not_believed()
    {
        using var server = new MailListener { OffersTls = true, Injected = "250 AUTH PLAIN" };
        (await Fails(server, SmtpSecurity.StartTls)).IsFinal.ShouldBeFalse();
        server.Said.ShouldNotContain(line => line.Contains("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RCPT", "550 no such user", true)]
    [InlineData("RCPT", "450 come back later", false)]
    [InlineData("MAIL", "530 log in first", false)]
    [InlineData("EHLO", "nonsense", false)]
    public async Task What_is_refused_for_good_is_told_from_what_may_go_another_time(string word, string answer, bool isFinal)
    {
        using var server = new MailListener();
        server.Answers[word] = answer;
        (await Fails(server, SmtpSecurity.None)).IsFinal.ShouldBe(isFinal);
    }

    [Fact]
    public async Task What_a_server_says_cannot_break_a_line_of_the_log()
    {
        using var server = new MailListener();
        server.Answers["RCPT"] = "550 no\x1b[2J" + new string('x', 1000);
        var message = (await Fails(server, SmtpSecurity.None)).Message;
        message.ShouldNotContain("\x1b");
        message.Length.ShouldBeLessThan(300);
    }

    [Fact]
    public async Task Nobody_there_is_no_end()
    {
        int port;
        using (var server = new MailListener())
        {
            port = server.Port;
        }

        var error = await Should.ThrowAsync<NotificationException>(() => Mailer(port, SmtpSecurity.None, null).SendAsync(Mail, CancellationToken.None));
        error.IsFinal.ShouldBeFalse();
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("x =?utf-8?q?y?=", "=?utf-8?B?eCA9P3V0Zi04P3E/eT89?=")]
    [InlineData("é", "=?utf-8?B?w6k=?=")]
    [InlineData("a\r\nBcc: b", "=?utf-8?B?YQ0KQmNjOiBi?=")]
    public void A_subject_is_one_header_whatever_it_holds(string subject, string encoded) => MailMessage.EncodedSubject(subject).ShouldBe(encoded);

    [Fact]
    public void A_long_subject_is_folded_between_characters()
    {
        var subject = string.Concat(Enumerable.Repeat("é", 120));
        var words = MailMessage.EncodedSubject(subject).Split("\r\n ");
        words.ShouldAllBe(word => word.Length <= 75 && word.StartsWith("=?utf-8?B?", StringComparison.Ordinal) && word.EndsWith("?=", StringComparison.Ordinal));
        string.Concat(words.Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word[10..^2])))).ShouldBe(subject);
    }

    private static Mailer Mailer(int port, SmtpSecurity security, string? passwordFile) => new(
        new SmtpOptions("127.0.0.1", port, security, "dpu@example.org", passwordFile is null ? null : "dpu", passwordFile, []), TimeSpan.FromSeconds(20), static (_, shown, _, _) => shown?.Subject == "CN=localhost");

    private static Task Send(MailListener server, SmtpSecurity security, string? passwordFile = null) => Mailer(server.Port, security, passwordFile).SendAsync(Mail, CancellationToken.None);

    private static Task<NotificationException> Fails(MailListener server, SmtpSecurity security) => Should.ThrowAsync<NotificationException>(() => Send(server, security));
}
