using System.Text;
using System.Text.Json;
using Dpu.Calibration.Contract;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

public sealed class ContractTests(Observatory observatory) : IClassFixture<Observatory>
{
    [Fact]
    public void A_task_is_read_as_the_runtime_writes_it()
    {
        var task = TaskFile.Parse(Encoding.UTF8.GetBytes(
            """
            { "attempt": "12/0/1", "recipe": "Reduce", "step": "Reduce", "keys": {"chip": "ccd50"},
              "parameters": {"instrument": "WFI", "chip": "", "commit": true, "pars": {"X.Y": "3", "X.Z": 4}},
              "inputs": { "science": [ {"id": "raw-1", "path": "/a.fits", "type": "raw-science", "metadata": {"filter":"#842","exptime":60.0}} ], "bias": [] } }
            """));
        task.Attempt.ShouldBe("12/0/1");
        task.Keys.GetString("chip").ShouldBe("ccd50");
        task.Parameters.GetString("commit").ShouldBe("true");
        task.Pars.ShouldBe(new Dictionary<string, string> { ["X.Y"] = "3", ["X.Z"] = "4" });
        task.Inputs["science"].Single().Metadata.GetDouble("exptime", 0).ShouldBe(60);
        task.Inputs["bias"].ShouldBeEmpty();
    }

    [Fact]
    public void The_log_has_the_documents_form()
    {
        var run = observatory.Run("null", []);
        run.Log.ShouldContain("12:10:23 - ");
        run.Outputs.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void Products_are_named_by_the_attempt_and_say_what_they_were_made_of()
    {
        var run = observatory.Run("bias", new() { ["bias"] = observatory.Raw("bias") });
        var bias = run.Output("bias");
        bias.GetProperty("path").GetString().ShouldBe("WFI_ccd50_bias_842_2000-04-28_12_0_1.fits");
        bias.GetProperty("derivedFrom").EnumerateArray().Select(e => e.GetString()).ShouldBe(observatory.Raw("bias").Select(i => i.Id));
        bias.GetProperty("metadata").GetProperty("chip").GetString().ShouldBe("ccd50");
        run.Output("quicklook").GetProperty("name").GetString().ShouldBe("bias.quicklook");
        File.Exists(run.PathOf("quicklook")).ShouldBeTrue();
        var header = Fits.FitsReader.ReadPrimaryHeader(run.PathOf("bias"));
        header.GetString("ATTEMPT").ShouldBe("12/0/1");
        header.Count(c => c.Key == "HISTORY").ShouldBeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public void An_unknown_process_parameter_is_refused_with_the_nearest_one()
    {
        var run = observatory.Try("bias", new() { ["bias"] = observatory.Raw("bias") }, new() { ["BiasFrame.process_params.SIGMACLIP"] = "3" });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("did you mean BiasFrame.process_params.SIGMA_CLIP?");
        File.Exists(Path.Combine(run.Folder, ResultsWriter.FileName)).ShouldBeFalse();
    }

    [Fact]
    public void Products_of_one_name_are_numbered_since_names_tell_them_apart()
    {
        var folder = Directory.CreateTempSubdirectory("dpu-results-");
        try
        {
            var results = new ResultsWriter(folder.FullName, "1/0/1");
            foreach (var file in new[] { "a", "b", "c" })
            {
                results.Add("reduced", Path.Combine(folder.FullName, file), "reduced", [], Array.Empty<string>());
            }

            results.Save();
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.FullName, ResultsWriter.FileName)));
            json.RootElement.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldBe(["reduced", "reduced-2", "reduced-3"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void No_product_is_written_over_another()
    {
        var results = new ResultsWriter("/w", "1/0/1");
        string[] paths = [results.NewPath("WFI_coadd", ".fits"), results.NewPath("WFI_coadd", ".vot"), results.NewPath("WFI_coadd", ".fits")];
        paths.ShouldBe(["/w/WFI_coadd_1_0_1.fits", "/w/WFI_coadd_1_0_1.vot", "/w/WFI_coadd-2_1_0_1.fits"]);
    }

    [Fact]
    public void A_process_parameter_of_another_recipe_of_the_chain_is_passed_over() =>
        observatory.Run("null", [], new() { ["BiasFrame.process_params.SIGMA_CLIP"] = "3" }).ExitCode.ShouldBe(0);

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("NaN")]
    public void A_process_parameter_of_the_wrong_kind_is_refused(string value)
    {
        var run = observatory.Try("bias", new() { ["bias"] = observatory.Raw("bias") }, new() { ["BiasFrame.process_params.SIGMA_CLIP"] = value });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("SIGMA_CLIP is '" + value + "'; a number");
    }

    [Fact]
    public void Too_few_inputs_are_refused()
    {
        var run = observatory.Try("read-noise", new() { ["bias"] = observatory.Raw("bias")[..1] });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldBe("ReadNoise: ReadNoise needs at least 2 files as input 'bias'; 1 given." + Environment.NewLine);
    }

    [Fact]
    public void A_truncated_input_fails_with_one_line_that_names_it()
    {
        var cut = Path.Combine(observatory.Root, "cut.fits");
        File.WriteAllBytes(cut, File.ReadAllBytes(observatory.Raw("bias")[0].Path)[..20000]);
        var run = observatory.Try("bias", new() { ["bias"] = [.. observatory.Raw("bias"), Observatory.Input(cut, "raw-bias")] });
        run.ExitCode.ShouldBe(65);
        run.Errors.Trim().ReplaceLineEndings("\n").Split('\n').Length.ShouldBe(1);
        run.Errors.ShouldContain("cut.fits");
        run.Errors.ShouldContain("truncated");
    }

    [Fact]
    public void Frames_of_different_size_are_refused()
    {
        var small = Path.Combine(observatory.Root, "small.fits");
        Fits.FitsWriter.WriteImage(small, new Fits.FitsImage(8, 8), Fits.FitsPixelType.UInt16);
        var run = observatory.Try("read-noise", new() { ["bias"] = [observatory.Raw("bias")[0], Observatory.Input(small, "raw-bias")] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("small.fits");
    }

    [Fact]
    public void A_folder_without_a_task_says_so()
    {
        using var errors = new StringWriter();
        RecipeRunner.Run(RecipeCatalog.Find("null")!, observatory.Root, TextWriter.Null, errors, TimeProvider.System).ShouldBe(2);
        errors.ToString().ShouldContain("no task.json");
    }

    [Theory]
    [InlineData("dome-flats", "dome-flat")]
    [InlineData("ReadNoise", "read-noise")]
    public void A_recipe_that_is_nearly_named_is_found(string typed, string meant) => Nearest.To(typed, RecipeCatalog.Commands).ShouldBe(meant);
}
