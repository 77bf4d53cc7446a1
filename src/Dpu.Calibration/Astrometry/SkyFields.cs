namespace Dpu.Calibration.Astrometry;

/// <summary>Frames that hang together: of one exposure, or reaching into each other's surroundings on the sky.</summary>
internal static class SkyFields
{
    /// <summary>The fields in the order of their first frames, each with its frames in their order.</summary>
    public static IReadOnlyList<IReadOnlyList<StarryFrame>> Of(IReadOnlyList<StarryFrame> frames)
    {
        var field = Enumerable.Range(0, frames.Count).ToArray();
        for (var i = 0; i < frames.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (field[i] != field[j] && HangTogether(frames[i], frames[j])) { Join(field, field[i], field[j]); }
            }
        }

        return [.. frames.Select((frame, i) => (frame, Field: field[i])).GroupBy(pair => pair.Field).Select(group => group.Select(pair => pair.frame).ToArray())];
    }

    private static bool HangTogether(StarryFrame one, StarryFrame other) =>
        one.Exposure == other.Exposure || SkyIndex.Separation(one.Middle, other.Middle) < one.Radius + other.Radius;

    private static void Join(int[] field, int one, int other)
    {
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == one) { field[i] = other; }
        }
    }
}
