using System.Diagnostics;
using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary>A test that asks NumPy, which astropy brings along.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NumpyTheoryAttribute : TheoryAttribute
{
    public const string Python = "/usr/bin/python3";

    public NumpyTheoryAttribute() => Skip = s_isThere.Value ? null : "astropy is not there (apt-get install python3-astropy).";

    private static readonly Lazy<bool> s_isThere = new(Probe);

    private static bool Probe()
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import numpy, astropy.io.fits"]) { RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary><c>Bias</c> and the flats against the same definition in NumPy, whole stacks in double precision: equal to the rounding of single precision.</summary>
public sealed class NumpyTests(Observatory observatory) : IClassFixture<Observatory>
{
    // Median, clipping and mean as the recipes' README defines them; nothing of their code. The noise that clipping is measured in comes from all differences
    // of successive frames here, from 20,000 of them there: it is judged by itself, and the recipes' used to clip, so that no value falls on another side.
    private const string Script = """
        import sys
        import numpy as np
        from astropy.io import fits

        def clipped(values, threshold, passes=10):
            for _ in range(passes + 1):
                median = np.median(values)
                kept = values[np.abs(values - median) <= threshold * values.std()]
                if len(kept) == len(values):
                    break
                values = kept
            return values

        def section(text):
            x, y = (tuple(int(n) for n in part.split(":")) for part in text.strip("[]").split(","))
            return slice(y[0] - 1, y[1]), slice(x[0] - 1, x[1])

        def trimmed(path, bias):
            with fits.open(path) as hdus:
                header, data = hdus[0].header, hdus[0].data.astype(float)
            value = data[section(header["TRIMSEC"])] - clipped(data[section(header["BIASSEC"])].ravel(), 3).mean()
            if bias is not None:
                value = np.where(data[section(header["TRIMSEC"])] >= header["SATURATE"], np.nan, value - bias)
            return value

        def mode(values):
            kept = clipped(values, 3)
            return 2.5 * np.median(kept) - 1.5 * kept.mean()

        product, kind, combine, threshold, noise, bias, *raws = sys.argv[1:]
        bias = fits.getdata(bias).astype(float) if bias else None
        stack = np.array([trimmed(raw, bias) for raw in raws])
        levels = np.ones(len(stack)) if kind == "bias" else np.array([(mode if kind == "twilight-flat" else np.median)(frame[np.isfinite(frame)]) for frame in stack])
        stack /= levels[:, None, None]
        differences = np.diff(stack, axis=0)
        scatter = clipped(differences[np.isfinite(differences)], 4).std() / np.sqrt(2)
        middle = np.nanmedian(stack, axis=0)
        if combine == "median":
            result = middle
        else:
            kept = np.abs(stack - middle) <= float(threshold) * float(noise)
            result = np.nanmean(np.where(kept, stack, np.nan), axis=0)
        norm = 1 if kind == "bias" else clipped(result[np.isfinite(result)], 5).mean()
        result /= norm
        ours = fits.getdata(product).astype(float)
        scale = np.maximum(np.abs(result), 1)
        rejected = 0 if combine == "median" else int((~kept & np.isfinite(stack)).sum())
        print(np.nanmax(np.abs(ours - result) / scale), int((np.isnan(ours) != np.isnan(result)).sum()), scatter, rejected, norm)
        """;

    [NumpyTheory]
    [InlineData("mean", "5")]
    [InlineData("mean", "2.5")]
    [InlineData("median", "5")]
    public void The_bias_is_what_numpy_makes_of_the_same_frames(string combine, string threshold)
    {
        var run = observatory.Run("bias", new() { ["bias"] = observatory.Raw("bias") }, Pars("BiasFrame", combine, threshold));
        var judged = Judge(run, "bias", combine, threshold, run.Figure("bias", "noise"), "", observatory.Raw("bias"));
        Agree(run, "bias", (combine, threshold) == ("mean", "2.5"), judged, run.Figure("bias", "noise"));
    }

    [NumpyTheory]
    [InlineData("dome-flat", "domeflat", "DomeFlatFrame", "mean", "5")]
    [InlineData("dome-flat", "domeflat", "DomeFlatFrame", "mean", "2.5")]
    [InlineData("twilight-flat", "twilightflat", "TwilightFlatFrame", "median", "5")]
    [InlineData("twilight-flat", "twilightflat", "TwilightFlatFrame", "mean", "3")]
    public void A_flat_is_what_numpy_makes_of_the_same_frames(string command, string type, string frameClass, string combine, string threshold)
    {
        var bias = observatory.Run("bias", new() { ["bias"] = observatory.Raw("bias") });
        var raws = observatory.Raw(type);
        var run = observatory.Run(command, new() { ["flat"] = raws, ["bias"] = [bias.AsInput("bias")] }, Pars(frameClass, combine, threshold));
        // The product tells the noise of a frame as a part of the normalised flat; the frames were clipped before that.
        var norm = Judge(run, command, combine, threshold, 1, bias.PathOf("bias"), raws).Norm;
        var noise = run.Figure(command, "noise") * norm;
        Agree(run, command, (combine, threshold) == ("mean", "2.5"), Judge(run, command, combine, threshold, noise, bias.PathOf("bias"), raws), noise);
    }

    private static Dictionary<string, string> Pars(string frameClass, string combine, string threshold) =>
        new() { [$"{frameClass}.process_params.COMBINE"] = combine, [$"{frameClass}.process_params.SIGMA_CLIP"] = threshold };

    private static void Agree(TaskRun run, string type, bool isClipped, Judged judged, double noise)
    {
        // Single precision has 24 bits: raw values of up to 65,536 less a level are right to some parts in ten million of what they were.
        judged.Largest.ShouldBeLessThan(2e-5);
        judged.Apart.ShouldBe(0);
        // The scatter of 20,000 differences is known to half a per cent.
        noise.ShouldBe(judged.Noise, 0.02 * noise);
        run.Figure(type, "rejected").ShouldBe(judged.Rejected);
        // Of a quarter of a million values 3,000 lie beyond 2.5 sigma: the test is not passed by never clipping.
        judged.Rejected.ShouldBeGreaterThan(isClipped ? 1000 : -1);
    }

    private sealed record Judged(double Largest, int Apart, double Noise, int Rejected, double Norm);

    private static Judged Judge(TaskRun run, string type, string combine, string threshold, double noise, string bias, TaskInput[] raws)
    {
        var start = new ProcessStartInfo(
            NumpyTheoryAttribute.Python, ["-c", Script, run.PathOf(type), type, combine, threshold, noise.ToString("R", CultureInfo.InvariantCulture), bias, .. raws.Select(r => r.Path)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var words = python.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries);
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors.Result);
        double Number(int i) => double.Parse(words[i], CultureInfo.InvariantCulture);
        return new Judged(Number(0), (int)Number(1), Number(2), (int)Number(3), Number(4));
    }
}
