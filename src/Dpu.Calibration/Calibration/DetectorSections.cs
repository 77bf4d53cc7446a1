using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Which parts of a raw frame saw light and which are overscan. One amplifier: TRIMSEC, else DATASEC, else everything, and BIASSEC. Several in one
/// array: the same cards with the amplifier's letter or number behind them (DATASECA, BIASSECA …; DATASEC1 …); trimmed they are put together as
/// CCDSECA … says, else side by side in the order in which they stand.
/// </summary>
/// <param name="Data">What the trimmed frame is of the raw one: its first column and row there, its own width and height.</param>
/// <param name="Amplifiers">At least one; together they cover the trimmed frame.</param>
internal sealed record DetectorSections(Section Data, IReadOnlyList<Amplifier> Amplifiers)
{
    private static readonly string[][] s_names =
    [
        ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P"],
        ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    ];

    public bool HasOverscan => Amplifiers.All(a => a.Overscan is not null);

    public static DetectorSections Of(FitsHeader header, int width, int height)
    {
        foreach (var names in s_names)
        {
            Amplifier[] found = [.. names.Select(n => Named(header, n, width, height)).OfType<Amplifier>()];
            if (found.Length > 0)
            {
                return Joined(header, found, width, height);
            }
        }
        var data = Section.Read(header, "TRIMSEC", width, height) ?? Section.Read(header, "DATASEC", width, height) ?? new Section(0, 0, width, height);
        return new DetectorSections(data, [new Amplifier("", data, Section.Read(header, "BIASSEC", width, height), 0, 0, Saturation(header, ""))]);
    }

    private static Amplifier? Named(FitsHeader header, string name, int width, int height)
    {
        Section? Read(string key) => Section.Read(header, key + name, width, height);
        return (Read("TRIMSEC") ?? Read("DATASEC")) is { } data ? new Amplifier(name, data, Read("BIASSEC"), 0, 0, Saturation(header, name)) : null;
    }

    private static double Saturation(FitsHeader header, string name) =>
        header.GetDouble("SATURATE"[..(8 - name.Length)] + name, header.GetDouble("SATURATE", double.PositiveInfinity));

    private static DetectorSections Joined(FitsHeader header, Amplifier[] found, int width, int height)
    {
        var places = Places(header, found);
        Amplifier[] amplifiers = [.. found.Select((a, i) => a with { X = places[i].X, Y = places[i].Y })];
        var (right, top) = (amplifiers.Max(a => a.X + a.Data.Width), amplifiers.Max(a => a.Y + a.Data.Height));
        if (amplifiers.Sum(a => (long)a.Data.Width * a.Data.Height) != (long)right * top || amplifiers.Any(a => amplifiers.Any(b => a != b && Overlap(a.Place, b.Place))))
        {
            throw RecipeException.BadFile($"{header.Origin}: the data sections of its {amplifiers.Length} amplifiers do not fill a rectangle ({string.Join(' ', amplifiers.Select(a => a.Data))}); CCDSEC cards would say how they lie.");
        }
        // Frames are read row by row: amplifiers side by side have to stand in the same rows of the file.
        if (amplifiers.FirstOrDefault(a => amplifiers.Any(b => a.Y < b.Y + b.Data.Height && b.Y < a.Y + a.Data.Height && a.Data.Y - a.Y != b.Data.Y - b.Y)) is { } odd)
        {
            throw RecipeException.BadFile($"{header.Origin}: amplifier {odd.Name} ({odd.Data}) does not stand in the same rows as the one beside it; RawFrame puts such frames together.");
        }
        var first = amplifiers.MinBy(a => (long)a.Y * width + a.X)!;
        return new DetectorSections(new Section(first.Data.X - first.X, first.Data.Y - first.Y, right, top), amplifiers);
    }

    private static (int X, int Y)[] Places(FitsHeader header, Amplifier[] found)
    {
        var sections = found.Select(a => Section.Read(header, a.Keyword("CCDSEC"), int.MaxValue, int.MaxValue)).ToArray();
        if (sections.All(s => s is not null) && sections.Zip(found).All(p => (p.First!.Value.Width, p.First.Value.Height) == (p.Second.Data.Width, p.Second.Data.Height)))
        {
            var (left, bottom) = (sections.Min(s => s!.Value.X), sections.Min(s => s!.Value.Y));
            return [.. sections.Select(s => (s!.Value.X - left, s.Value.Y - bottom))];
        }
        // What lies left of (below) an amplifier: each range of columns (rows) once.
        var columns = found.Select(a => (a.Data.X, a.Data.Width)).Distinct().ToArray();
        var rows = found.Select(a => (a.Data.Y, a.Data.Height)).Distinct().ToArray();
        return [.. found.Select(a => (columns.Where(c => c.X < a.Data.X).Sum(c => c.Width), rows.Where(r => r.Y < a.Data.Y).Sum(r => r.Height)))];
    }

    private static bool Overlap(Section a, Section b) =>
        a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;
}
