using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>A part of an image, counted from 0. In headers it stands as <c>[x1:x2,y1:y2]</c>, counted from 1, ends included.</summary>
internal readonly record struct Section(int X, int Y, int Width, int Height)
{
    /// <summary>Reads a section card and cuts it to the image; null when there is no such card or nothing of it lies on the image.</summary>
    public static Section? Read(FitsHeader header, string key, int width, int height)
    {
        if (!header.TryGet(key, out var value))
        {
            return null;
        }
        Span<int> bounds = stackalloc int[4];
        if (!TryParse(value.Text, bounds))
        {
            throw RecipeException.BadFile($"{header.Origin}: {key} is '{value.Text}'; a section such as [17:496,1:1024] is needed.");
        }
        var (x1, x2) = (Math.Max(1, Math.Min(bounds[0], bounds[1])), Math.Min(width, Math.Max(bounds[0], bounds[1])));
        var (y1, y2) = (Math.Max(1, Math.Min(bounds[2], bounds[3])), Math.Min(height, Math.Max(bounds[2], bounds[3])));
        return x1 <= x2 && y1 <= y2 ? new Section(x1 - 1, y1 - 1, x2 - x1 + 1, y2 - y1 + 1) : null;
    }

    /// <summary>Whether a section card counts down along x or y: <c>[2048:1025,1:4096]</c>. The card has been read before.</summary>
    public static (bool AlongX, bool AlongY) Directions(FitsHeader header, string key)
    {
        Span<int> bounds = stackalloc int[4];
        return TryParse(header.GetString(key), bounds) ? (bounds[0] > bounds[1], bounds[2] > bounds[3]) : (false, false);
    }

    /// <summary>As a header shows it.</summary>
    public override string ToString() => $"[{X + 1}:{X + Width},{Y + 1}:{Y + Height}]";

    private static bool TryParse(string text, Span<int> bounds)
    {
        var inner = text.AsSpan().Trim();
        if (inner is not ['[', .. var body, ']'])
        {
            return false;
        }
        var count = 0;
        foreach (var range in body.SplitAny(':', ','))
        {
            if (count == 4 || !int.TryParse(body[range].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out bounds[count++]))
            {
                return false;
            }
        }
        return count == 4;
    }
}
