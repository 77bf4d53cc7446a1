using Dpu.Domain.Jobs;
using Dpu.Domain.Catalog;
using Dpu.Domain.Ingest;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Ingest;

/// <summary>The files that stand in <c>hocon/</c>, read as the service reads them.</summary>
public sealed class ShippedRulesTests
{
    [Theory]
    [InlineData("bias", "raw-bias", null)]
    [InlineData("domeflat", "raw-domeflat", "#842")]
    [InlineData("twilightflat", "raw-twilightflat", "#842")]
    [InlineData("science", "raw-science", "#842")]
    public void A_simulated_frame_is_understood(string imageType, string type, string? filter)
    {
        List<(string, object)> cards =
        [
            ("ORIGIN", "SIMULATION"), ("INSTRUME", "WFI"), ("CHIP", "ccd50"), ("CCD", "ccd50"), ("OBJECT", "CDF4_B_1"), ("IMAGETYP", imageType),
            ("DATE-OBS", "2000-04-28T23:05:00.000"), ("MJD-OBS", 51662.961805555555), ("EXPTIME", 60.0), ("EXPID", "WFI.2000-04-28T23:05:00.000"),
        ];
        if (filter is not null)
        {
            cards.Add(("FILTER", filter));
        }

        var frame = Rules().Classify(IngestRulesTests.Cards([.. cards])).ShouldBeOfType<Classification.Classified>();

        frame.Rule.ShouldBe("wfi-simulated");
        frame.Type.ShouldBe(type);
        frame.Metadata["instrument"].Text.ShouldBe("WFI");
        frame.Metadata["chip"].Text.ShouldBe("ccd50");
        frame.Metadata["date"].Text.ShouldBe("2000-04-28");
        frame.Metadata["dateobs"].Text.ShouldBe("2000-04-28T23:05:00.000");
        frame.Metadata["exptime"].ShouldBe(MetadataValue.Of(60.0));
        frame.Metadata["exposure"].Text.ShouldBe("WFI.2000-04-28T23:05:00.000");
        frame.Metadata.GetValueOrDefault("filter")?.Text.ShouldBe(filter);
        frame.Metadata.ContainsKey("filter").ShouldBe(filter is not null);
    }

    [Fact]
    public void A_frame_of_the_LSST_image_simulator_is_understood()
    {
        var frame = Rules().Classify(IngestRulesTests.Cards(
            ("OBSID", 890104911), ("CHIPID", "R22_S00"), ("FILTER", "g"), ("EXPTIME", 15.0), ("MJD-OBS", 51195.2035520278), ("RA_DEG", 79.2452196867),
            ("DEC_DEG", -9.70229541541), ("PAIRID", 0), ("OUTFILE", "imsim_890104911_R22_S00_E000"))).ShouldBeOfType<Classification.Classified>();

        frame.Type.ShouldBe("raw-science");
        frame.Metadata.Select(pair => $"{pair.Key}={pair.Value}").ShouldBe(
        [
            "chip=R22_S00",
            "date=1999-01-16",
            "dateobs=1999-01-17T04:53:06.895",
            "dec=-9.70229541541",
            "exposure=890104911",
            "exptime=15",
            "filter=g",
            "instrument=LSSTSIM",
            "pair=0",
            "ra=79.2452196867",
        ]);
    }

    [Fact]
    public void A_table_of_standard_stars_is_understood()
    {
        var table = Rules().Classify(IngestRulesTests.Cards(("PRODTYPE", "standards"), ("CATALOG", "Landolt 1992"))).ShouldBeOfType<Classification.Classified>();

        table.Type.ShouldBe("standards");
        table.Metadata.Select(pair => $"{pair.Key}={pair.Value}").ShouldBe(["catalog=Landolt 1992"]);
    }

    [Fact]
    public void The_chains_of_photometry_are_read()
    {
        var declarations = HoconConfig.Load(HoconSource.FilesIn(Path.Combine(Hocon(), "recipes"), "*.conf"));
        var catalog = RecipeCatalogReader.Read((HoconObject)declarations.GetPath(RecipeCatalogReader.Section)!, RetryRules.Once).ShouldBeOfType<Declared<RecipeCatalog>.Valid>().Value;

        foreach (var chain in new[] { "Photcat", "Photom", "Zeropoint", "Extinction", "Illumination", "Reduce>Photcat", "Photcat>Photom", "Reduce>Photom", "Reduce>Photcat>Photom",
            "GPhotometry", "GPhotom", "Monitoring", "Variability", "Reduce>GPhotometry>Coadd", "Reduce>GPhotometry>Regrid", "Reduce>Coadd", "PSF", "ApertureCorrection", "Convolve>SourceList", "Reference", "MDia", "Reduce>Regrid>MDia" })
        {
            Sequence.Parse(chain, catalog).ShouldBeOfType<Checked<Sequence>.Accepted>();
        }
    }

    [Fact]
    public void A_frame_of_nobody_is_refused_with_what_was_looked_at() =>
        Rules().Classify(IngestRulesTests.Cards(("INSTRUME", "WFI"))).ShouldBe(new Classification.Refused(
            "no ingest rule fits this frame; it has INSTRUME = 'WFI', no ORIGIN, no OUTFILE, no CHIPID, no OBSID, no PRODTYPE, no REFCAT"));

    [Fact]
    public void A_reference_catalog_is_registered_under_its_name() =>
        Rules().Classify(IngestRulesTests.Cards(("REFCAT", "USNO-B1.0"))).ShouldBeOfType<Classification.Classified>().Metadata["catalog"].Text.ShouldBe("USNO-B1.0");

    [Fact]
    public void The_recipes_that_come_with_it_are_read()
    {
        var declared = HoconConfig.Load(HoconSource.FilesIn(Path.Combine(Hocon(), "recipes"), "*.conf"), new HoconOptions());
        var catalog = RecipeDeclarations.Of(declared, allowOthers: true).Read(RetryRules.Once).ShouldBeOfType<Declared<RecipeCatalog>.Valid>().Value;

        string[] listed = [.. ((HoconArray)declared.GetPath("dpu.sequences")!).Items.Select(name => ((HoconScalar)name).Text)];
        listed.ShouldBeUnique();
        foreach (var chain in (string[])[.. listed, "Reduce>Regrid>Coadd>SourceList", "Reduce>Astrometry>Regrid"])
        {
            Sequence.Parse(chain, catalog).ShouldBeOfType<Checked<Sequence>.Accepted>();
        }
    }

    [Fact]
    public void The_table_of_names_says_of_each_what_the_declarations_say()
    {
        var declared = HoconConfig.Load(HoconSource.FilesIn(Path.Combine(Hocon(), "recipes"), "*.conf"), new HoconOptions());
        var catalog = RecipeDeclarations.Of(declared, allowOthers: true).Read(RetryRules.Once).ShouldBeOfType<Declared<RecipeCatalog>.Valid>().Value;
        string[] listed = [.. ((HoconArray)declared.GetPath("dpu.sequences")!).Items.Select(name => ((HoconScalar)name).Text)];
        var section = System.IO.File.ReadAllText(Path.Combine(Hocon(), "recipes", "README.md")).Split("## The names of the field")[1].Split("\n## ")[0];
        var rows = section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')).ToList();
        var told = rows.SelectMany(row => Quoted(row[1]).Select(name => (Name: name, How: row[2].Trim()))).ToList();

        told.Select(row => row.Name).ShouldBeUnique();
        told.Select(row => row.Name).Order(StringComparer.Ordinal).ShouldBe(listed.Union(catalog.Recipes.Select(recipe => recipe.Name)).Order(StringComparer.Ordinal));
        foreach (var (name, how) in told)
        {
            var steps = Sequence.Parse(name, catalog).ShouldBeOfType<Checked<Sequence>.Accepted>().Value.Steps.Select(step => step.Recipe).ToList();
            how.StartsWith("third party's", StringComparison.Ordinal).ShouldBe(steps.Exists(step => !step.IsAdded), name);
            Quoted(how).Order(StringComparer.Ordinal).ShouldBe(steps.SelectMany(step => step.Needs).Select(need => need.Package!).Distinct().Order(StringComparer.Ordinal), name);
        }
    }

    private static IEnumerable<string> Quoted(string cell) => cell.Split('`').Where((_, index) => index % 2 == 1);

    private static IngestRules Rules() =>
        IngestRulesTests.Read((HoconObject)HoconParser.ParseFile(Path.Combine(Hocon(), "ingest.conf")).GetPath(IngestRulesReader.Section)!);

    private static string Hocon()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory!.FullName, "DpuActors.sln")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "hocon");
    }
}
