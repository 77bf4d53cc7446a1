using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Shouldly;

namespace Dpu.Domain.Tests.Recipes;

/// <summary>A small catalog in the form in which recipes are declared.</summary>
internal static class SampleRecipes
{
    public const string Text = """
        Null {
          command = [dpu-calibration, "null"]
          options {
            seconds { short = s, type = number, default = 0 }
            count { short = n, type = integer }
            commit { short = C, type = flag }
          }
        }
        Bias {
          command = [dpu-calibration, bias]
          options {
            instrument { short = i, type = string, required = true, help = "the camera", select = { input = raws, key = instrument } }
            chip { short = c, type = string, default = "", select = { input = raws, key = chip } }
            commit { short = C, type = flag, default = false }
          }
          inputs { raws { type = raw-bias } }
          divide-by = [chip]
          resources { cpus = 1, memory = 256 MiB, time = 5 s }
          outputs { bias { type = bias, pattern = "*_bias_*.fits", main = true } }
        }
        DomeFlat {
          command = [dpu-calibration, domeflat]
          inputs { raws { type = raw-domeflat } }
          divide-by = [chip, filter]
          outputs { flat { type = master-flat, pattern = "*.fits" } }
        }
        TwilightFlat {
          command = [dpu-calibration, twilightflat]
          inputs { raws { type = raw-twilightflat } }
          divide-by = [chip, filter]
          outputs { flat { type = master-flat, pattern = "*.fits" } }
        }
        Reduce {
          description = "Removes bias and flat field"
          command = [dpu-calibration, reduce]
          options {
            instrument { short = i, type = string, required = true, help = "the camera", select = { input = science, key = instrument } }
            chip       { short = c, type = string, default = "", select = { input = science, key = chip } }
            date       { short = d, type = date,   default = "", select = { input = science, key = date } }
            object     { short = o, type = string, default = "", select = { input = science, key = object } }
            filter     { short = f, type = string, default = "", select = { input = science, key = filter } }
            template   { short = tpl, type = string, default = null }
            pars       { short = p, type = map, default = {} }
            red_filenames { type = list }
            commit     { short = C, type = flag, default = false }
          }
          inputs {
            science { type = raw-science }
            bias    { type = bias, match = [instrument, chip], pick = latest }
            flat    { type = master-flat, match = [instrument, chip, filter], pick = latest }
            hot     { type = hot-pixels, match = [instrument, chip], pick = latest, optional = true }
          }
          divide-by = [chip]
          resources { cpus = 1, memory = 512 MiB, time = 20 s, wall-time = 10 m }
          outputs { reduced { type = reduced, pattern = "*_reduced_*.fits", main = true }, quicklook { type = quicklook, pattern = "*.png" } }
        }
        Regrid {
          command = [dpu-calibration, regrid]
          options {
            instrument { short = i, type = string, default = "", select = { input = reduced, key = instrument } }
            scale { short = s, type = number, default = 0.2 }
            commit { short = C, type = flag }
          }
          inputs { reduced { type = reduced } }
          divide-by = [chip]
          resources { time = 30 s }
          outputs { regridded { type = regridded, pattern = "*_regridded_*.fits", main = true } }
        }
        Coadd {
          command = [dpu-calibration, coadd]
          options {
            filter { short = f, type = string, default = "", select = { input = regridded, key = filter } }
            commit { short = C, type = flag }
          }
          inputs { regridded { type = [regridded, reduced] } }
          divide-by = [filter]
          resources { cpus = 2, time = 40 s }
          outputs { coadd { type = coadd, pattern = "*_coadd_*.fits", main = true } }
        }
        SourceList {
          command = [dpu-calibration, sourcelist]
          inputs { image { type = [coadd, reduced] }, mask { type = mask, match = [instrument, filter], pick = all } }
          outputs { sources { type = sourcelist, pattern = "*.vot", main = true } }
        }
        """;

    public static RecipeCatalog Catalog { get; } = Read(Text);

    public static RecipeCatalog Read(string text) => RecipeCatalogReader.Read(HoconParser.ParseString(text, "recipes.conf"), RetryRules.Once) switch
    {
        Declared<RecipeCatalog>.Valid { Value: var catalog } => catalog,
        Declared<RecipeCatalog>.Invalid { Errors: var errors } => throw new ShouldAssertException(string.Join('\n', errors)),
        _ => throw new InvalidOperationException("A declaration is valid or not."),
    };

    public static ImmutableArray<string> ErrorsOf(string text) =>
        RecipeCatalogReader.Read(HoconParser.ParseString(text, "recipes.conf"), RetryRules.Once).ShouldBeOfType<Declared<RecipeCatalog>.Invalid>().Errors;

    public static Sequence Sequence(string text, RecipeCatalog? catalog = null) => Accepted(Domain.Recipes.Sequence.Parse(text, catalog ?? Catalog));

    public static SequenceOptions Options(string sequence, params string[] tokens) => Accepted(OptionParser.Parse(Sequence(sequence), tokens));

    public static ImmutableArray<SubmissionError> OptionErrors(string sequence, params string[] tokens) => Refused(OptionParser.Parse(Sequence(sequence), tokens));

    public static SequenceOptions JsonOptions(string sequence, string json) => Accepted(OptionParser.Parse(Sequence(sequence), Json(json)));

    public static ImmutableArray<SubmissionError> JsonOptionErrors(string sequence, string json) => Refused(OptionParser.Parse(Sequence(sequence), Json(json)));

    public static T Accepted<T>(Checked<T> result)
        where T : class
        => result.TryGet(out var value, out var errors) ? value : throw new ShouldAssertException(string.Join('\n', errors));

    public static ImmutableArray<SubmissionError> Refused<T>(Checked<T> result)
        where T : class
    {
        result.TryGet(out _, out var errors).ShouldBeFalse();
        errors.ShouldNotBeEmpty();
        return errors;
    }

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
