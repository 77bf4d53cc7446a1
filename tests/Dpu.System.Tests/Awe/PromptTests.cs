using System.Diagnostics;
using System.Text;
using Dpu.System.Tests.Commands;
using Dpu.System.Tests.Processes;
using Shouldly;

namespace Dpu.System.Tests.Awe;

/// <summary>The prompt in Python: its own tests, and the field's HOW-TO replayed at it against a live DPU.</summary>
public sealed class PromptTests
{
    // A job of as many tasks as the document shows, and a frame that the document names, which no camera of ours makes.
    private const string Configuration = """
        dpu.recipes.FrameByFrame {
          command = [true]
          options { instrument { short = i, type = string, select = { input = bias, key = instrument } } }
          inputs { bias { type = raw-bias } }
          divide-by = [chip, exposure]
        }
        dpu.ingest.rules = [ {
          name = reduced-elsewhere, when { INSTRUME = OMEGACAM }, type = reduced
          metadata { instrument = "$INSTRUME", chip = "$CCD", filter = "$FILTER", date { night-of = [DATE-OBS] }, dateobs { time-of = [DATE-OBS] }, exposure = "$EXPID" }
        } ] ${dpu.ingest.rules}
        """;

    [FactWithPython]
    public async Task The_modules_own_tests_pass()
    {
        var run = await ProgramRun.OfAsync(Python.Command(Python.Program!, "-m", "unittest", "discover", "-s", Python.Tests));
        run.ExitCode.ShouldBe(0, run.Error);
        run.Error.ShouldContain("OK");
    }

    [HowToFact]
    public async Task The_fields_how_to_is_answered_line_by_line_as_it_says()
    {
        var document = SeedFactAttribute.PathOf("000")!;
        var python = Python.Program!;
        await using var dpu = new RealDpu();
        await dpu.StartAsync("--config", dpu.NewFile("howto.conf", Configuration), "-D", "dpu.node.cpus=4", "-D", "dpu.service.stop-grace=0 s");
        await PrepareAsync(dpu);

        var start = Python.Command(python, Path.Combine(Python.Tests, "howto.py"), document, Programs.Dpu, "awe");
        start.WorkingDirectory = dpu.NewFolder("session");
        var run = await ProgramRun.OfAsync(As(dpu, start));
        run.ExitCode.ShouldBe(0, run.Out + run.Error);
    }

    [FactWithAstropy]
    public async Task Products_are_to_the_prompt_what_they_are_to_astropy()
    {
        await using var dpu = new RealDpu();
        var rule = dpu.NewFile("rule.conf", "dpu.ingest.rules = [ { name = test, when { ORIGIN = TEST }, type = test, metadata {} } ]");
        await dpu.StartAsync("--config", rule, "-D", "dpu.service.stop-grace=0 s");
        var script = Path.Combine(Python.Tests, "products.py");
        var folder = dpu.NewFolder("products");
        (await ProgramRun.OfAsync(Python.Command(Astropy.Python, script, "--make", folder))).Exits(0);
        (await dpu.RunAsync("ingest", folder)).Exits(0);
        var compared = await ProgramRun.OfAsync(As(dpu, Python.Command(Astropy.Python, script, "type=test")));
        compared.ExitCode.ShouldBe(0, compared.Error);
        compared.Out.Trim().ShouldBe("arrays=12 tables=1 votables=1");
    }

    [FactWithPython(OtherThanLoopback = true)]
    public async Task Over_TLS_a_user_is_known_and_only_the_pinned_authority_is_believed()
    {
        await using var dpu = new RealDpu();

        // Where the service is root, tasks of users run as Unix users of their own, who must be able to pass through.
        File.SetUnixFileMode(dpu.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await dpu.StartAsync("-D", "dpu.http.host=0.0.0.0", "-D", "dpu.service.stop-grace=0 s");
        var (home, key) = (dpu.NewFolder("jane"), Path.Combine(dpu.Home, "jane.key"));
        (await dpu.RunAsync("user", "add", "jane", "--type", "1")).Exits(0);
        (await dpu.RunAsync("key", "create", "--for", "user", "--user", "jane", "--out", key)).Exits(0);
        ProcessStartInfo AsJane(ProcessStartInfo start, string scheme)
        {
            start.Environment["HOME"] = home;
            start.Environment["DPU_NAME"] = $"{scheme}://{Python.OwnAddress}:{dpu.Address.Port}";
            start.Environment.Remove("AWEPIPE");
            return start;
        }

        (await ProgramRun.OfAsync(AsJane(dpu.Command(["login", "--token-file", key]), "https"))).Exits(0);
        var run = await ProgramRun.OfAsync(AsJane(dpu.Command(["awe", "-c", "print(dpu.whoami()['name'], dpu.wait(dpu.run('Null', return_jobid=True)).status)"]), "https"));
        run.Exits(0).Out.ShouldEndWith("jane FINISHED\n");

        var pin = Directory.EnumerateFiles(Path.Combine(home, ".dpu", "ca")).Single();
        await File.WriteAllTextAsync(pin, new string('0', 64));
        run = await ProgramRun.OfAsync(AsJane(dpu.Command(["awe", "-c", "dpu.get_jobids()"]), "https"));
        run.Exits(1).Error.ShouldContain("was not issued by the authority that you know it by");
        File.Delete(pin);
        run = await ProgramRun.OfAsync(AsJane(dpu.Command(["awe", "-c", "dpu.get_jobids()"]), "https"));
        run.Exits(1).Error.ShouldContain("is not believed");
        run = await ProgramRun.OfAsync(AsJane(dpu.Command(["awe", "-c", "dpu.get_jobids()"]), "http"));
        run.Exits(1).Error.ShouldContain("in plain text");
    }

    /// <summary>As the service's user, at its address.</summary>
    private static ProcessStartInfo As(RealDpu dpu, ProcessStartInfo start)
    {
        var own = dpu.Command([]);
        foreach (var name in new[] { "HOME", "DPU_NAME" })
        {
            start.Environment[name] = own.Environment[name];
        }

        start.Environment.Remove("AWEPIPE");
        return start;
    }

    /// <summary>Two nights of a small camera, with everything that the frames of the second one are reduced with.</summary>
    private static async Task PrepareAsync(RealDpu dpu)
    {
        var first = dpu.NewFolder("first");
        var second = dpu.NewFolder("second");
        string[] small = ["--width", "64", "--height", "64", "--stars", "20"];
        (await Programs.SimulateAsync(first, ["--chips", "5", "--biases", "15", "--domes", "3", "--twilights", "3", "--exposures", "0", .. small])).Exits(0);
        (await Programs.SimulateAsync(second, ["--chips", "1", "--biases", "0", "--domes", "3", "--twilights", "3", "--exposures", "1", "--filter", "#845", .. small])).Exits(0);
        foreach (var frame in Directory.EnumerateFiles(second, "*.fits"))
        {
            await CopyAsync(frame, frame, "'2000-04-28T", "'2000-04-29T");
        }

        var elsewhere = dpu.NewFolder("elsewhere");
        await CopyAsync(Directory.EnumerateFiles(second, "*_science_*.fits").First(), Path.Combine(elsewhere, "filename1.fits"), "'WFI     '", "'OMEGACAM'");
        (await dpu.RunAsync("ingest", first, second, elsewhere)).Exits(0);
        foreach (var recipe in new[] { "Bias", "DomeFlat", "TwilightFlat", "MasterFlat" })
        {
            var run = await dpu.RunAsync("run", recipe, "-i", "WFI", "-C", "--wait");
            run.ExitCode.ShouldBe(0, $"{run.Error} {(await dpu.RunAsync("explain", run.Out.Trim())).Out}");
        }
    }

    /// <summary>A frame with other words of the same length in its header.</summary>
    private static async Task CopyAsync(string frame, string copy, string from, string to) =>
        await File.WriteAllBytesAsync(copy, Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(frame)).Replace(from, to, StringComparison.Ordinal)));
}
