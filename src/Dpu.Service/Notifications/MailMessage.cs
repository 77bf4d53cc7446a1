using System.Globalization;
using System.Text;

namespace Dpu.Service.Notifications;

/// <summary>A mail as it goes over the wire. Whatever its parts hold, none becomes a header or a line of its own: text travels in Base64, and addresses are plain ones.</summary>
internal sealed record MailMessage(string From, string To, string Subject, string Body, string Id, DateTimeOffset At)
{
    private const int SubjectLengthMax = 200;
    private const int LineLength = 76;

    /// <summary>An encoded word has at most 75 characters, 12 of which say what it is: 45 bytes become 60.</summary>
    private const int WordBytesMax = 45;

    /// <summary>Lines without their ends.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"From: {From}";
        yield return $"To: {To}";
        yield return $"Subject: {EncodedSubject(Subject)}";
        yield return $"Date: {At.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000";
        yield return $"Message-ID: <{Id}@{From[(From.IndexOf('@', StringComparison.Ordinal) + 1)..]}>";
        yield return "Auto-Submitted: auto-generated";
        yield return "MIME-Version: 1.0";
        yield return "Content-Type: text/plain; charset=utf-8";
        yield return "Content-Transfer-Encoding: base64";
        yield return "";
        foreach (var line in Convert.ToBase64String(Encoding.UTF8.GetBytes(Body)).Chunk(LineLength))
        {
            yield return new string(line);
        }
    }

    /// <summary>Plain where it is plain; else words of RFC 2047, none of which ends within a character.</summary>
    internal static string EncodedSubject(string subject)
    {
        var cut = subject.Length <= SubjectLengthMax ? subject : subject[..SubjectLengthMax];
        if (cut.All(static c => c is >= ' ' and <= '~') && cut.Length <= LineLength - "Subject: ".Length && !cut.Contains("=?", StringComparison.Ordinal))
        {
            return cut;
        }

        var words = new List<string>();
        var word = new List<byte>(WordBytesMax);
        foreach (var rune in cut.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > WordBytesMax)
            {
                words.Add(Word(word));
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add(Word(word));
        return string.Join("\r\n ", words);
    }

    private static string Word(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
}
