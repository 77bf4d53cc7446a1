using System.Xml.Linq;
using Dpu.Calibration.Astrometry;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

public sealed class AssociateListTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-associate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Across zero hours, and over the pole, where right ascensions of neighbours have nothing in common.</summary>
    [Theory]
    [InlineData(0.0001, 5)]
    [InlineData(75, -89.9995)]
    public void Sources_of_one_object_come_together(double ra, double dec)
    {
        var sky = new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
        (double East, double North)[] at = [(0, 0), (3, 0), (0, -40), (-25, 10)];
        (double Ra, double Dec)[] Places(double east, double north, params int[] of) => [.. of.Select(i => sky.PlaneToSky((at[i].East + east) / 3600, (at[i].North + north) / 3600))];

        var run = Run([List("one", Places(0, 0, 0, 1, 2)), List("two", Places(0.3, -0.2, 3, 2, 0)), List("three", Places(-0.3, 0.2, 1, 0))]);

        var table = FitsReader.ReadTable(run.PathOfKind("associatelist"));
        Numbers(table).ShouldBe([[1, 3, 2], [2, 0, 1], [3, 2, 0], [0, 1, 0]]);
        table["N"].Values.ShouldBe(new[] { 3, 2, 2, 1 });

        // The first object's three sources lie around where it is.
        var mean = (table["RA"].GetDouble(0), table["DEC"].GetDouble(0));
        StarField.Apart(mean, sky.PlaneToSky(0, 0)).ShouldBe(0, 1e-4);
        table["SEP_2"].GetDouble(0).ShouldBe(Math.Sqrt(0.13), 1e-4);
        table["SPREAD"].GetDouble(0).ShouldBe(Math.Sqrt(0.13), 1e-4);
        table["SEP_3"].GetDouble(2).ShouldBe(double.NaN);
        table["MAG_1"].GetDouble(2).ShouldBe(22);
    }

    [Fact]
    public void A_source_belongs_to_its_nearest_only()
    {
        // Two sources of the second list lie within the distance of one of the first: the nearer has it.
        var run = Run([List("one", (10, 0)), List("two", (10 + (0.8 / 3600), 0), (10 + (0.2 / 3600), 0))]);
        Numbers(FitsReader.ReadTable(run.PathOfKind("associatelist"))).ShouldBe([[1, 2], [0, 1]]);
    }

    [Theory]
    [InlineData("chain", 3)]
    [InlineData("master", 2)]
    [InlineData("matched", 1)]
    public void The_kind_of_association_says_which_objects_there_are(string kind, int objects)
    {
        var run = Run([List("one", (10, 0), (11, 0)), List("two", (12, 0), (10, 0.0001))], ("ASSOCIATION", kind));
        FitsReader.ReadTable(run.PathOfKind("associatelist")).RowCount.ShouldBe(objects);
        run.Outputs[0].GetProperty("metadata").GetProperty("objects").GetInt32().ShouldBe(objects);
        run.Outputs[0].GetProperty("derivedFrom").GetArrayLength().ShouldBe(2);
    }

    /// <summary>Two lists of 2000 random places on 0.1 degrees squared have nothing in common: n ρ π r² = 2000 · 2000 / 129600 · π · 0.25 = 24 pairs within half an arc second.</summary>
    [Fact]
    public void How_many_come_by_chance_is_measured()
    {
        (double, double)[] Random(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, 2000).Select(_ => (20 + (0.1 * random.NextDouble()), 0.1 * random.NextDouble()))];
        }

        var run = Run([List("a", Random(1)), List("b", Random(2))], ("SEARCH_DISTANCE", "0.5"));
        var lists = FitsReader.ReadTable(run.PathOfKind("associatelist"), 2);
        lists["FILE"].GetString(1).ShouldBe("b.fits");

        // 24 pairs scatter by √24, the mean of four shifts by half of that; 3 sigma.
        lists["MATCHED"].GetDouble(1).ShouldBe(24.2, 3 * Math.Sqrt(24));
        lists["CHANCE"].GetDouble(1).ShouldBe(24.2, 3 * Math.Sqrt(24) / 2);
    }

    [Fact]
    public void Thousands_of_sources_with_errors_find_their_own()
    {
        var random = new Random(4);
        var places = Enumerable.Range(0, 3000).Select(i => (Ra: 200 + (0.5 * random.NextDouble()), Dec: 60 + (0.25 * random.NextDouble()))).ToArray();
        (double, double)[] Seen(int seed)
        {
            var noise = new Random(seed);
            return [.. places.Select(place => new TanWcs(place.Ra, place.Dec, 0, 0, 1, 0, 0, 1).PlaneToSky(0.1 / 3600 * Gaussian.Next(noise), 0.1 / 3600 * Gaussian.Next(noise)))];
        }

        var numbers = Numbers(FitsReader.ReadTable(Run([List("a", Seen(1)), List("b", Seen(2))]).PathOfKind("associatelist")));

        // The rows of both lists are in one order. A pair parts at more than 1": exp(-1 / (4 · 0.01)), never; a stranger comes nearer than one's own in 3000 · 3000 ρ π 0.02 or so, a few in thousand.
        numbers.Count(row => row[0] == row[1]).ShouldBeGreaterThan(2980);
        numbers.Length.ShouldBeLessThan(3020);
    }

    [Fact]
    public void The_votable_beside_it_says_the_same()
    {
        var run = Run([List("one", (10, 0), (11, 0)), List("two", (10, 0.0001))]);
        var votable = XDocument.Load(run.Outputs.EnumerateArray().Select(o => o.GetProperty("path").GetString()!).Where(path => path.EndsWith(".vot", StringComparison.Ordinal)).Select(path => Path.Combine(run.Folder, path)).Single());
        votable.Descendants().Count(e => e.Name.LocalName == "TR").ShouldBe(2);
        votable.Descendants().Where(e => e.Name.LocalName == "FIELD").Select(e => (string)e.Attribute("name")!).ShouldContain("SEP_2");
    }

    [Fact]
    public void Too_few_lists_and_lists_without_positions_are_refused()
    {
        var one = desk.Try("associate-list", new() { ["sourcelists"] = [List("one", (1, 1)), List("vot", (1, 1)) with { Metadata = new Metadata { ["format"] = "votable" } }] });
        one.ExitCode.ShouldBe(RecipeException.WrongInput);
        one.Errors.ShouldContain("joins from 2 to 300 source lists (FITS); 1 is given");

        var path = Path.Combine(_folder, "bare.fits");
        FitsWriter.WriteTable(path, new FitsHeader(), new FitsTable([FitsColumn.Of("X", new[] { 1.0 })]));
        var bare = desk.Try("associate-list", new() { ["sourcelists"] = [List("one", (1, 1)), Observatory.Input(path, "sourcelist")] });
        bare.ExitCode.ShouldBe(RecipeException.BadData);
        bare.Errors.ShouldContain("bare.fits has no column RA in degrees");
    }

    [Fact]
    public void A_place_that_is_not_known_belongs_to_nothing()
    {
        var association = new SkyAssociation(1);
        association.Add([(1, 1), (double.NaN, double.NaN)]);
        association.Add([(double.NaN, 2), (1, 1)]);
        association.Members.Select(members => string.Join(' ', members.Select(m => $"{m.List}:{m.Index}"))).ShouldBe(["0:0 1:1"]);
    }

    private TaskRun Run(TaskInput[] lists, params (string Name, string Value)[] pars) =>
        desk.Run("associate-list", new() { ["sourcelists"] = lists }, pars.ToDictionary(p => "AssociateList.process_params." + p.Name, p => p.Value));

    private TaskInput List(string name, params (double Ra, double Dec)[] places)
    {
        var path = Path.Combine(_folder, name + ".fits");
        FitsWriter.WriteTable(path, new FitsHeader(), new FitsTable([
            FitsColumn.Of("NUMBER", Enumerable.Range(1, places.Length).ToArray()), FitsColumn.Of("RA", [.. places.Select(p => p.Ra)], "deg"), FitsColumn.Of("DEC", [.. places.Select(p => p.Dec)], "deg"),
            FitsColumn.Of("MAG", [.. places.Select((_, i) => 20.0 + i)], "mag")]));
        return Observatory.Input(path, "sourcelist");
    }

    private static int[][] Numbers(FitsTable table)
    {
        var columns = table.Columns.Where(column => column.Name.StartsWith("NUMBER_", StringComparison.Ordinal)).ToArray();
        return [.. Enumerable.Range(0, table.RowCount).Select(row => columns.Select(column => (int)column.GetInt64(row)).ToArray())];
    }
}
