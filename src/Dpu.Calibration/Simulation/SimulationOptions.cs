using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Simulation;

/// <summary>What <c>simulate</c> shall make. Sizes are those of a raw frame, overscan included.</summary>
internal sealed record SimulationOptions
{
    public required string Output { get; init; }

    public ulong Seed { get; init; } = 1;

    public int Chips { get; init; } = 8;

    public int Width { get; init; } = 512;

    public int Height { get; init; } = 1024;

    public int Biases { get; init; } = 5;

    public int Domes { get; init; } = 5;

    public int Twilights { get; init; } = 5;

    public int Exposures { get; init; } = 3;

    /// <summary>Stars over the whole field of view, dithers included.</summary>
    public int Stars { get; init; } = 2000;

    public string Filter { get; init; } = "#842";

    /// <summary>Exposure time of a science frame, seconds.</summary>
    public double ExposureSeconds { get; init; } = 60;

    /// <summary>Full width at half maximum of a star, pixels.</summary>
    public double Seeing { get; init; } = 3.5;

    /// <summary>Dark frames, and the time of each in seconds.</summary>
    public int Darks { get; init; }

    public double DarkSeconds { get; init; } = 300;

    /// <summary>Levels of a series of dome flats under a steady lamp, two frames each: equal steps of exposure time up to 10 s.</summary>
    public int Ramp { get; init; }

    /// <summary>Electrons per second and pixel.</summary>
    public double DarkCurrent { get; init; }

    /// <summary>Seconds that the shutter adds to every exposure, on average.</summary>
    public double ShutterDelay { get; init; }

    /// <summary>Amplitude of the fringes as a part of the sky.</summary>
    public double FringeAmplitude { get; init; }

    /// <summary>Part of a chip's signal that the chip before it sees.</summary>
    public double CrossTalk { get; init; }

    /// <summary>Magnitudes per airmass.</summary>
    public double Extinction { get; init; }

    /// <summary>How much the airmass grows from one science exposure to the next.</summary>
    public double AirmassStep { get; init; } = 0.01;

    /// <summary>Magnitudes that clouds take at most.</summary>
    public double Clouds { get; init; }

    /// <summary>Stray light of flats and sky at the mosaic's corners, as a part of the scene's.</summary>
    public double StrayLight { get; init; }

    /// <summary>How many stars vary.</summary>
    public int Variables { get; init; }

    /// <summary>How many stars go into a table of standards.</summary>
    public int Standards { get; init; }

    /// <summary>Pixels by which the optics push a star outward in the corner of the field of view; headers do not tell.</summary>
    public double Distortion { get; init; }

    /// <summary>Arc seconds by which headers are wrong about the pointing, at most, along an axis; another error for each exposure.</summary>
    public double PointingError { get; init; }

    /// <summary>Name of a reference catalog of the stars that is written beside the frames; null for none.</summary>
    public string? RefCat { get; init; }

    public static readonly IReadOnlyList<string> Names =
        ["--output", "--seed", "--chips", "--width", "--height", "--biases", "--domes", "--twilights", "--exposures", "--stars", "--filter", "--exptime", "--seeing",
            "--darks", "--dark-seconds", "--ramp", "--dark-current", "--shutter", "--fringes", "--crosstalk",
            "--extinction", "--airmass-step", "--clouds", "--stray-light", "--variables", "--standards", "--distortion", "--pointing-error", "--refcat"];

    public static SimulationOptions Parse(IReadOnlyList<string> args)
    {
        string? output = null;
        var options = new SimulationOptions { Output = "" };
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw RecipeException.Wrong($"{args[i]} needs a value.");
            if (args[i] == "--output")
            {
                output = value;
                continue;
            }
            options = options.With(args[i], value);
        }
        return (options with { Output = output ?? throw RecipeException.Wrong("--output DIR is needed.") }).Checked();
    }

    private SimulationOptions With(string name, string value) => name switch
    {
        "--seed" => this with { Seed = (ulong)Whole(name, value, 0, long.MaxValue) },
        "--chips" => this with { Chips = (int)Whole(name, value, 1, 8) },
        "--width" => this with { Width = (int)Whole(name, value, 64, 8192) },
        "--height" => this with { Height = (int)Whole(name, value, 32, 8192) },
        "--biases" => this with { Biases = (int)Whole(name, value, 0, 100) },
        "--domes" => this with { Domes = (int)Whole(name, value, 0, 100) },
        "--twilights" => this with { Twilights = (int)Whole(name, value, 0, 100) },
        "--exposures" => this with { Exposures = (int)Whole(name, value, 0, 100) },
        "--stars" => this with { Stars = (int)Whole(name, value, 0, 1_000_000) },
        "--filter" => this with { Filter = value },
        "--exptime" => this with { ExposureSeconds = Real(name, value) },
        "--seeing" => this with { Seeing = Real(name, value) },
        "--darks" => this with { Darks = (int)Whole(name, value, 0, 100) },
        "--dark-seconds" => this with { DarkSeconds = Real(name, value) },
        "--ramp" => this with { Ramp = (int)Whole(name, value, 0, 50) },
        "--dark-current" => this with { DarkCurrent = Real(name, value) },
        "--shutter" => this with { ShutterDelay = Real(name, value) },
        "--fringes" => this with { FringeAmplitude = Real(name, value) },
        "--crosstalk" => this with { CrossTalk = Real(name, value) },
        "--extinction" => this with { Extinction = Real(name, value) },
        "--airmass-step" => this with { AirmassStep = Real(name, value) },
        "--clouds" => this with { Clouds = Real(name, value) },
        "--stray-light" => this with { StrayLight = Real(name, value) },
        "--variables" => this with { Variables = (int)Whole(name, value, 0, 1000) },
        "--standards" => this with { Standards = (int)Whole(name, value, 0, 100_000) },
        "--distortion" => this with { Distortion = Real(name, value) },
        "--pointing-error" => this with { PointingError = Real(name, value) },
        "--refcat" => this with { RefCat = value },
        _ => throw RecipeException.Wrong($"simulate has no option {name}" + (Nearest.To(name, Names) is { } nearest ? $"; did you mean {nearest}?" : ".")),
    };

    private SimulationOptions Checked() => Camera.OverscanColumns * 4 <= Width
        ? this
        : throw RecipeException.Wrong($"--width {Width} leaves no room beside {2 * Camera.OverscanColumns} columns of prescan and overscan.");

    private static long Whole(string name, string value, long low, long high) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw RecipeException.Wrong($"{name} is '{value}'; an integer from {low} to {high} is needed.");

    private static double Real(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1e6
            ? number
            : throw RecipeException.Wrong($"{name} is '{value}'; a number above 0 is needed.");
}
