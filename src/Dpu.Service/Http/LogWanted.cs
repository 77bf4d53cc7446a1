using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Which lines of a log are looked for.</summary>
/// <param name="Task">Of this task only.</param>
/// <param name="Attempt">Of this attempt at it only.</param>
/// <param name="Text">That hold this text, in whatever case; null for any.</param>
/// <param name="Stream"><c>out</c> or <c>err</c>; null for both.</param>
/// <param name="Level">That matter so much at least.</param>
internal sealed record LogWanted(int? Task, int? Attempt, string? Text, string? Stream, FindingLevel Level)
{
    public static IReadOnlyList<string> Streams { get; } = ["out", "err"];

    public static IReadOnlyList<string> Levels { get; } = [.. Enum.GetNames<FindingLevel>().Select(static name => name.ToLowerInvariant())];

    /// <summary>Reads what is asked for; null, and why, when it cannot be.</summary>
    public static LogWanted? Read(IQueryCollection query, out ProblemResult? refusal)
    {
        refusal = !TryNumber(query["task"], out var task) ? Bad("bad-task", $"'{query["task"]}' is no task's number: they count from 0.")
            : !TryNumber(query["attempt"], out var attempt) ? Bad("bad-attempt", $"'{query["attempt"]}' is no attempt's number: they count from 1.")
            : attempt is not null && task is null ? Bad("bad-attempt", "Attempts are counted task by task: say which task, too.")
            : !IsOneOf(query["stream"], Streams) ? Bad("bad-stream", $"There is no stream '{query["stream"]}': use {string.Join(" or ", Streams)}.")
            : !IsOneOf(query["level"], Levels) ? Bad("bad-level", $"There is no level '{query["level"]}': use {string.Join(", ", Levels)}.")
            : null;
        if (refusal is not null)
        {
            return null;
        }

        _ = TryNumber(query["attempt"], out var number);
        var level = query["level"].ToString() is { Length: > 0 } text ? Enum.Parse<FindingLevel>(text, ignoreCase: true) : FindingLevel.Info;
        return new LogWanted(task, number, TextOf(query["text"]), TextOf(query["stream"]), level);
    }

    /// <summary>The line with its level if it is one of them.</summary>
    public PlacedLine? Find(LogLine line, LogPlace behind)
    {
        if ((Stream is not null && line.Stream != Stream) || (Text is not null && !line.Text.Contains(Text, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var level = LineLevels.Of(line.Text);
        return level < Level ? null : new PlacedLine(line, level.ToString().ToLowerInvariant(), behind.ToString());
    }

    private static bool TryNumber(string? text, out int? number)
    {
        number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return number is not null || string.IsNullOrEmpty(text);
    }

    private static bool IsOneOf(string? text, IReadOnlyList<string> words) => string.IsNullOrEmpty(text) || words.Contains(text, StringComparer.Ordinal);

    private static string? TextOf(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static ProblemResult Bad(string code, string why) => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, code, why);
}
