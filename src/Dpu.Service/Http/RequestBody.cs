using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Reads a request's JSON, or says what is wrong with it.</summary>
internal static class RequestBody
{
    private const string WrongKind = "The JSON value could not be converted";
    private const string MaxBytesKey = "dpu.body-max";
    private const int BufferBytes = 16 * 1024;

    /// <summary>What is announced is believed up to here: a body that grows piece by piece is copied again and again, and held twice.</summary>
    private const int MaxBufferBytes = 16 << 20;

    /// <param name="context">Whose body.</param>
    /// <param name="type">Its form.</param>
    /// <param name="flaw">Says what the form alone does not tell: what is missing, or null when nothing is.</param>
    public static async Task<(T? Value, IResult? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, string?> flaw)
        where T : class
    {
        if (await WholeAsync(context) is not { } body)
        {
            return (null, new TooLargeResult(MaxBytesOf(context)));
        }

        try
        {
            var value = JsonSerializer.Deserialize(body.Span, type);
            return (value is null ? "it is null" : flaw(value)) is { } wrong ? (null, Bad(wrong)) : (value, null);
        }
        catch (JsonException error)
        {
            return (null, Bad(FlawOf(error)));
        }
    }

    /// <summary>
    /// What is wrong and where. The reader's own sentences about values of a wrong kind name types of this program, which mean nothing to whoever
    /// wrote the request; those about text that is no JSON at all are told as they are.
    /// </summary>
    private static string FlawOf(JsonException error)
    {
        if (error.InnerException is JsonException or null && !error.Message.StartsWith(WrongKind, StringComparison.Ordinal))
        {
            return error.Message;
        }

        var field = error.Path is { Length: > 2 } path ? $"'{path[2..]}'" : "the whole";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{field} holds a value of the wrong kind, or one that is out of range (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})");
    }

    /// <summary>How long a request may be: set for the whole listener, and kept here, where it can be refused with a sentence.</summary>
    public static void SetMaxBytes(HttpContext context, long maxBytes) => context.Items[MaxBytesKey] = maxBytes;

    private static long MaxBytesOf(HttpContext context) => (long)context.Items[MaxBytesKey]!;

    /// <summary>The whole body, or null as soon as it is known to be too long.</summary>
    private static async Task<ReadOnlyMemory<byte>?> WholeAsync(HttpContext context)
    {
        var max = MaxBytesOf(context);
        var announced = context.Request.ContentLength ?? 0;
        if (announced > max)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(announced + 1, BufferBytes, MaxBufferBytes));
        int read;
        while ((read = await context.Request.Body.ReadAsync(body.GetMemory(BufferBytes), context.RequestAborted)) > 0)
        {
            body.Advance(read);
            if (body.WrittenCount > max)
            {
                return null;
            }
        }

        return body.WrittenMemory;
    }

    /// <summary>What is wrong with a list of texts: it is missing although it is needed, or one of its texts is.</summary>
    public static string? FlawOf(IReadOnlyList<string>? texts, string name, bool needed = false) => texts switch
    {
        null => needed ? $"'{name}' is missing" : null,
        _ when texts.Any(text => text is null) => $"'{name}' holds null",
        _ => null,
    };

    private static ProblemResult Bad(string why) => ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-json", $"The request is no JSON of the right form: {why.TrimEnd('.')}.");
}
