using System.Globalization;
using System.Text.Json;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Science;

/// <summary>
/// <c>dpu-calibration compare-truth --truth truth.json --sourcelist X.fits [--readnoise chip=ADU …] [--sigma S] [--radius R] [--json]</c>:
/// a short table for people, or JSON.
/// </summary>
internal static class CompareTruthCommand
{
    private static readonly string[] s_options = ["--truth", "--sourcelist", "--readnoise", "--sigma", "--radius", "--json"];

    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = Options.Parse(args);
            var truth = Truth.Read(options.Truth);
            if (options.ReadNoise.Keys.FirstOrDefault(c => truth.Chips.All(t => t.Name != c)) is { } unknown)
            {
                throw RecipeException.Wrong($"--readnoise {unknown}: the truth knows {string.Join(", ", truth.Chips.Select(c => c.Name))}.");
            }

            var comparison = TruthComparison.Of(truth, ListedSource.Read(options.SourceList), options.ReadNoise, options.Sigma, options.Radius);
            output.WriteLine(options.Json ? Json(comparison) : Table(comparison));
            return 0;
        }
        catch (Exception e)
        {
            errors.WriteLine($"dpu-calibration compare-truth: {RecipeRunner.Message(e).ReplaceLineEndings(" ")}");
            return RecipeRunner.ExitCode(e);
        }
    }

    private sealed record Options(string Truth, string SourceList, Dictionary<string, double> ReadNoise, double Sigma, double Radius, bool Json)
    {
        public static Options Parse(IReadOnlyList<string> args)
        {
            var options = new Options("", "", new(StringComparer.Ordinal), 10, 1, false);
            for (var i = 0; i < args.Count; i++)
            {
                if (args[i] == "--json")
                {
                    options = options with { Json = true };
                    continue;
                }

                var name = args[i];
                if (!s_options.Contains(name)) { throw Unknown(name); }
                options = options.With(name, ++i < args.Count ? args[i] : throw RecipeException.Wrong($"{name} needs a value."));
            }

            if (options.Truth.Length == 0) { throw RecipeException.Wrong("--truth FILE is needed."); }
            return options.SourceList.Length > 0 ? options : throw RecipeException.Wrong("--sourcelist FILE is needed.");
        }

        private Options With(string name, string value)
        {
            if (name == "--readnoise") { AddReadNoise(value); }
            return name switch
            {
                "--truth" => this with { Truth = value },
                "--sourcelist" => this with { SourceList = value },
                "--sigma" => this with { Sigma = Positive(name, value) },
                "--radius" => this with { Radius = Positive(name, value) },
                _ => this,
            };
        }

        private void AddReadNoise(string value)
        {
            var at = value.LastIndexOf('=');
            if (at < 1) { throw RecipeException.Wrong($"--readnoise is '{value}'; chip=ADU such as ccd50=2.81 is needed."); }
            ReadNoise[value[..at]] = Positive("--readnoise " + value[..at], value[(at + 1)..]);
        }

        private static double Positive(string name, string value) =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number > 0
                ? number
                : throw RecipeException.Wrong($"{name} is '{value}'; a number above 0 is needed.");

        private static RecipeException Unknown(string name) => RecipeException.Wrong(
            $"there is no option {name}" + (Nearest.To(name, s_options) is { } nearest ? $"; did you mean {nearest}?" : "."));
    }

    private static string Table(TruthComparison c)
    {
        var lines = new List<string>();
        void Add(FormattableString line) => lines.Add(line.ToString(CultureInfo.InvariantCulture));
        foreach (var chip in c.ReadNoise)
        {
            Add($"Read noise of {chip.Chip,-8}        {chip.Measured,8:F3} ADU   truth {chip.Truth:F3}   {100 * chip.RelativeError:+0.0;-0.0;0.0}%");
        }

        Add($"Stars above {c.LimitSigma:0.#} sigma found   {c.Found,8} of {c.Expected} ({100 * c.Completeness:F1}%)");
        Add($"Sources that are no star     {c.Spurious,8}");
        Add($"Zero point offset            {c.ZeroPointOffset,8:F4} mag");
        foreach (var (name, s) in new[] { ("all", c.All), ("bright", c.Bright) })
        {
            Add($"Of {s.Count} isolated stars ({name}):");
            Add($"  position scatter           {s.PositionRms,8:F4} arcsec rms, offset {s.OffsetRa:F4} {s.OffsetDec:F4} arcsec");
            Add($"  flux scatter               {100 * s.FluxRms,8:F2} % rms");
        }

        return string.Join('\n', lines);
    }

    private static string Json(TruthComparison c)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("readNoise");
            foreach (var chip in c.ReadNoise)
            {
                json.WriteStartObject();
                json.WriteString("chip", chip.Chip);
                Write(json, "truthAdu", chip.Truth);
                Write(json, "measuredAdu", chip.Measured);
                Write(json, "relativeError", chip.RelativeError);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Write(json, "limitSigma", c.LimitSigma);
            json.WriteNumber("starsExpected", c.Expected);
            json.WriteNumber("starsFound", c.Found);
            Write(json, "completeness", c.Completeness);
            json.WriteNumber("sourcesWithoutStar", c.Spurious);
            Write(json, "zeroPointOffsetMag", c.ZeroPointOffset);
            Write(json, "all", c.All);
            Write(json, "bright", c.Bright);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(memory.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, Scatter scatter)
    {
        json.WriteStartObject(name);
        json.WriteNumber("stars", scatter.Count);
        Write(json, "offsetRaArcsec", scatter.OffsetRa);
        Write(json, "offsetDecArcsec", scatter.OffsetDec);
        Write(json, "positionRmsArcsec", scatter.PositionRms);
        Write(json, "fluxRms", scatter.FluxRms);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, double value)
    {
        // JSON has no NaN: nothing was there to compare.
        if (double.IsFinite(value)) { json.WriteNumber(name, value); }
        else { json.WriteNull(name); }
    }
}
