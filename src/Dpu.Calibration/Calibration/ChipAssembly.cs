using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Puts the images of one chip's amplifiers, an extension each, into one image in which they stand side by side, overscan and all: turned to the chip's
/// directions, with section cards and figures of their own, as <see cref="DetectorSections"/> reads them.
/// </summary>
internal static class ChipAssembly
{
    private const string Names = "ABCDEFGHIJKLMNOP";
    private static readonly string[] s_ofAmplifiers = ["GAIN", "RDNOISE", "SATURATE"];
    private static readonly string[] s_sections = ["DATASEC", "TRIMSEC", "BIASSEC", "CCDSEC", "DETSEC", "AMPSEC", "PRESEC", "EXTNAME", "EXTVER", "INHERIT", "LTM1_1", "LTM2_2", "LTV1", "LTV2", "ATM1_1", "ATM2_2", "ATV1", "ATV2"];

    /// <param name="parts">Images with their headers; each has CCDSEC or DETSEC, whose direction tells how it was read.</param>
    /// <param name="path">For messages.</param>
    public static FitsImage Assemble(IReadOnlyList<FitsImage> parts, string path)
    {
        if (parts.Count > Names.Length)
        {
            throw RecipeException.BadFile($"{path}: {parts.Count} images are of one chip; up to {Names.Length} amplifiers can be put together.");
        }
        if (parts.FirstOrDefault(p => (p.Width, p.Height) != (parts[0].Width, parts[0].Height)) is { } odd)
        {
            throw RecipeException.BadFile($"{odd.Header.Origin} is {odd.Width} x {odd.Height} pixels, {parts[0].Header.Origin} {parts[0].Width} x {parts[0].Height}: amplifiers of one chip have one size.");
        }
        var places = parts.Select(p => (Part: p, On: Place(p.Header))).OrderBy(p => p.On.Y).ThenBy(p => p.On.X).ToArray();
        int[] columns = [.. places.Select(p => p.On.X).Distinct().Order()];
        int[] rows = [.. places.Select(p => p.On.Y).Distinct().Order()];
        if (columns.Length * rows.Length != places.Length || places.Distinct().Count() != places.Length)
        {
            throw RecipeException.BadFile($"{path}: its amplifiers do not lie in rows and columns ({string.Join(' ', places.Select(p => p.On))}); CCDSEC cards that do are needed.");
        }
        var (width, height) = (parts[0].Width, parts[0].Height);
        var whole = new FitsImage(columns.Length * width, rows.Length * height, Turned(places[0].Part).Header.Clone());
        foreach (var key in s_sections)
        {
            whole.Header.Remove(key);
        }
        for (var i = 0; i < places.Length; i++)
        {
            var (x, y) = (Array.IndexOf(columns, places[i].On.X) * width, Array.IndexOf(rows, places[i].On.Y) * height);
            Put(whole, Turned(places[i].Part), x, y, Names[i].ToString(), new Section(places[i].On.X - columns[0], places[i].On.Y - rows[0], places[i].On.Width, places[i].On.Height));
        }
        foreach (var key in s_ofAmplifiers)
        {
            whole.Header.Remove(key);
        }
        return whole;
    }

    private static Section Place(FitsHeader header) =>
        Section.Read(header, "CCDSEC", int.MaxValue, int.MaxValue) ?? Section.Read(header, "DETSEC", int.MaxValue, int.MaxValue)
        ?? throw RecipeException.BadFile($"{header.Origin}: neither CCDSEC nor DETSEC says where this amplifier lies on its chip.");

    private static void Put(FitsImage whole, FitsImage part, int x, int y, string name, Section place)
    {
        for (var row = 0; row < part.Height; row++)
        {
            part.Row(row).CopyTo(whole.Row(y + row)[x..]);
        }
        foreach (var key in (string[])["DATASEC", "TRIMSEC", "BIASSEC"])
        {
            if (Section.Read(part.Header, key, part.Width, part.Height) is { } section)
            {
                whole.Header.Set(key + name, new Section(section.X + x, section.Y + y, section.Width, section.Height).ToString(), $"of amplifier {name}");
            }
        }
        whole.Header.Set("CCDSEC" + name, place.ToString(), $"where amplifier {name} lies on the chip");
        foreach (var key in s_ofAmplifiers)
        {
            if (part.Header.TryGet(key, out var value))
            {
                whole.Header.Set(key[..Math.Min(7, key.Length)] + name, value, $"of amplifier {name}");
            }
        }
    }

    /// <summary>An amplifier that reads from the right or from above gives its pixels in that order: CCDSEC or DETSEC counts down then.</summary>
    private static FitsImage Turned(FitsImage part)
    {
        var key = part.Header.Contains("CCDSEC") ? "CCDSEC" : "DETSEC";
        var (alongX, alongY) = Section.Directions(part.Header, key);
        if (!alongX && !alongY)
        {
            return part;
        }
        var turned = new FitsImage(part.Width, part.Height, part.Header.Clone());
        for (var y = 0; y < part.Height; y++)
        {
            var row = turned.Row(y);
            part.Row(alongY ? part.Height - 1 - y : y).CopyTo(row);
            if (alongX)
            {
                row.Reverse();
            }
        }
        foreach (var section in (string[])["DATASEC", "TRIMSEC", "BIASSEC"])
        {
            if (Section.Read(part.Header, section, part.Width, part.Height) is { } s)
            {
                turned.Header.Set(section, new Section(alongX ? part.Width - s.X - s.Width : s.X, alongY ? part.Height - s.Y - s.Height : s.Y, s.Width, s.Height).ToString());
            }
        }
        TurnAxis(turned.Header, 1, alongX, part.Width);
        TurnAxis(turned.Header, 2, alongY, part.Height);
        return turned;
    }

    private static void TurnAxis(FitsHeader header, int axis, bool isTurned, int length)
    {
        if (!isTurned || !header.Contains($"CRPIX{axis}"))
        {
            return;
        }
        header.Set($"CRPIX{axis}", length + 1 - header.GetDouble($"CRPIX{axis}"));
        foreach (var key in (string[])[$"CD1_{axis}", $"CD2_{axis}", $"CDELT{axis}"])
        {
            if (header.Contains(key))
            {
                header.Set(key, -header.GetDouble(key));
            }
        }
    }
}
