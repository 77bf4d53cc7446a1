using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using FsCheck;
using FsCheck.Fluent;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class PrintedRowsTests
{
    [Fact]
    public void A_line_names_a_file_and_values()
    {
        var rows = Parse("""
            {"file": "/raw/a, b.fits", "type": "raw", "visit": 903344, "patch": "8,6", "good": true, "seeing": null}

            {"id": "raw-1", "visit": "x"}
            """);

        rows.Select(row => (row.Line, row.File, row.Type)).ShouldBe([(1, new PrintedFile("/raw/a, b.fits", false), "raw"), (3, new PrintedFile("raw-1", true), null)]);
        rows[0].Values.Select(pair => $"{pair.Key}={pair.Value.Text}").ShouldBe(["good=true", "patch=8,6", "visit=903344"]);
        rows[0].Values["visit"].ShouldBe(MetadataValue.Of(903344));
    }

    [Fact]
    public void Any_text_comes_through_a_row_into_keys_and_files() => Prop.ForAll(WickedText.Arbitrary, text =>
    {
        var line = JsonSerializer.Serialize(new Dictionary<string, string> { ["file"] = "/" + text, ["type"] = "raw", ["patch"] = text });
        var row = Parse(line + "\n").ShouldHaveSingleItem();
        row.File.Text.ShouldBe("/" + text);
        row.Values["patch"].Text.ShouldBe(text);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("[1]", "it is no JSON object")]
    [InlineData("{\"file\": \"/a\"", "it is no JSON object")]
    [InlineData("{\"file\": \"/a\", \"v\": 1, \"v\": 2}", "it is no JSON object")]
    [InlineData("{\"type\": \"raw\"}", "it has neither 'file', a path, nor 'id', a file of the catalog")]
    [InlineData("{\"file\": \"/a\", \"id\": \"b\"}", "it has both 'file' and 'id'; expected one of them")]
    [InlineData("{\"file\": \"a.fits\"}", "'file' is 'a.fits'; expected an absolute path")]
    [InlineData("{\"file\": 5}", "'file' must be a text that is not empty")]
    [InlineData("{\"file\": \"/a\", \"patch\": [8, 6]}", "'patch' must be a text, a finite number, true or false")]
    [InlineData("{\"file\": \"/a\", \"v\": \"\\u0000\"}", "'v' holds a NUL character")]
    [InlineData("{\"file\": \"/a\", \"v\": \"\\ud800\"}", "'v' holds half a character")]
    [InlineData("{\"file\": \"/a\", \"v\": 9007199254740993}", "'v' is too large a number to be kept exactly: write it as a text")]
    public void A_wrong_line_is_told_with_its_number(string line, string problem) =>
        SampleRecipes.Refused(PrintedRows.Parse("p", "{\"id\": \"x\"}\n" + line)).ShouldBe(
            [new SubmissionError("query-failed", $"Line 2 of what the query of p printed cannot be used: {problem}.")]);

    [Fact]
    public void A_new_file_is_registered_with_what_all_its_rows_agree_on()
    {
        var printed = Parse("""
            {"file": "/raw/a.fits", "type": "raw", "visit": 1, "patch": "8,6"}
            {"file": "/raw/a.fits", "visit": 1, "patch": "8,7", "tract": 0}
            """);

        var joined = SampleRecipes.Accepted(RowFiles.Join("p", printed, Findings(found: new FoundFile("raw-1", 5, "abc")), SampleFiles.Scope, SampleFiles.Then));

        var file = joined.Fresh.ShouldHaveSingleItem();
        (file.Id, file.Name, file.Path, file.SizeBytes, file.Sha256, file.Type, file.Committed).ShouldBe(("raw-1", "a.fits", "/raw/a.fits", 5, "abc", "raw", true));
        file.Metadata.Keys.ShouldBe(["visit"]);
        joined.Rows.Select(row => row.TextOf("patch")).ShouldBe(["8,6", "8,7"]);
        joined.Rows.ShouldAllBe(row => row.File == file);
    }

    [Fact]
    public void A_known_file_is_not_registered_again_and_keeps_its_metadata()
    {
        var known = SampleFiles.File("raw-1", "raw", ("visit", "1"), ("airmass", "1.2"));

        var joined = SampleRecipes.Accepted(RowFiles.Join("p", Parse("""{"file": "/raw/a.fits", "patch": "8,6"}"""), Findings(known), SampleFiles.Scope, SampleFiles.Then));

        joined.Fresh.ShouldBeEmpty();
        joined.Rows.ShouldHaveSingleItem().Values.Select(pair => pair.Key).ShouldBe(["airmass", "patch", "visit"]);
    }

    [Theory]
    [InlineData("""{"file": "/raw/a.fits"}""", "/raw/a.fits is not in the catalog yet, so 'type' must say what it is")]
    [InlineData("{\"file\": \"/raw/a.fits\", \"type\": \"raw\"}\n{\"file\": \"/raw/a.fits\", \"type\": \"bias\"}", "/raw/a.fits has several types: raw and bias")]
    public void Rows_that_do_not_tell_what_a_new_file_is_are_refused(string lines, string problem) =>
        SampleRecipes.Refused(RowFiles.Join("p", Parse(lines), Findings(found: new FoundFile("raw-1", 5, "abc")), SampleFiles.Scope, SampleFiles.Then))
            .ShouldHaveSingleItem().Message.ShouldBe($"Line 1 of what the query of p printed cannot be used: {problem}.");

    [Fact]
    public void A_type_that_contradicts_the_catalog_is_refused() =>
        SampleRecipes.Refused(RowFiles.Join("p", Parse("""{"file": "/raw/a.fits", "type": "raw"}"""), Findings(SampleFiles.File("raw-1", "bias")), SampleFiles.Scope, SampleFiles.Then))
            .ShouldHaveSingleItem().Message.ShouldContain("/raw/a.fits is a bias in the catalog, not a raw");

    [Theory]
    [InlineData("/raw/a.fits", "/raw/a.fits cannot be read: No such file or directory")]
    [InlineData(null, "the catalog knows no file with the id 'raw-1'")]
    public void A_file_that_the_job_may_not_read_is_not_there(string? path, string problem)
    {
        var secret = SampleFiles.File("raw-1", "raw") with { Owner = "fokke", Context = new WorkContext("common", Privileges.MyDb) };
        var (named, line) = path is null ? (new PrintedFile("raw-1", true), """{"id": "raw-1"}""") : (new PrintedFile(path, false), $$"""{"file": "{{path}}", "type": "raw"}""");
        var findings = new FileFindings(new Dictionary<PrintedFile, CatalogFile> { [named] = secret }, new Dictionary<PrintedFile, FoundFile>(), new Dictionary<PrintedFile, string>());

        SampleRecipes.Refused(RowFiles.Join("p", Parse(line), findings, SampleFiles.Scope, SampleFiles.Then))
            .ShouldHaveSingleItem().Message.ShouldContain(problem);
        SampleRecipes.Accepted(RowFiles.Join("p", Parse(line), findings, new FileScope("fokke", secret.Context), SampleFiles.Then)).Rows.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_new_file_is_raw_data_for_all_users_and_nothing_for_everybody_is_made_of_it()
    {
        var printed = Parse("""{"file": "/raw/a.fits", "type": "raw"}""");
        var found = Findings(found: new FoundFile("raw-1", 5, "abc"));

        var file = SampleRecipes.Accepted(RowFiles.Join("p", printed, found, SampleFiles.Scope, SampleFiles.Then)).Fresh.ShouldHaveSingleItem();
        (file.Owner, file.Context).ShouldBe(("jane", WorkContext.OfRawData));
        SampleRecipes.Refused(RowFiles.Join("p", printed, found, new FileScope("jane", new WorkContext("common", Privileges.World)), SampleFiles.Then))
            .ShouldHaveSingleItem().Message.ShouldContain("would be for users of this DPU, so that what is for everybody cannot be made of it");
    }

    private static ImmutableArray<PrintedRow> Parse(string output) => SampleRecipes.Accepted(PrintedRows.Parse("p", output)).Rows;

    private static FileFindings Findings(CatalogFile? known = null, FoundFile? found = null)
    {
        var named = new PrintedFile("/raw/a.fits", false);
        return new FileFindings(
            known is null ? new Dictionary<PrintedFile, CatalogFile>() : new Dictionary<PrintedFile, CatalogFile> { [named] = known },
            found is null ? new Dictionary<PrintedFile, FoundFile>() : new Dictionary<PrintedFile, FoundFile> { [named] = found },
            new Dictionary<PrintedFile, string>());
    }
}
