using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class DownloadTests : IDisposable
{
    private const string Content = "SIMPLE  =                    T";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpu-download-");

    private string Target => Path.Combine(_directory.FullName, "out");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("a.fits")]
    [InlineData("8,6 'x' \"y\"\nz é.fits")]
    public async Task Results_are_copied_and_checked(string name)
    {
        var run = await DownloadAsync(name, Content);
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBe(Path.Combine(Target, name) + "\n");
        File.ReadAllText(Path.Combine(Target, name)).ShouldBe(Content);
        Directory.GetFiles(Target).Length.ShouldBe(1);
    }

    [Fact]
    public async Task As_JSON_each_has_its_copy()
    {
        var run = await DownloadAsync("a.fits", Content, "--json");
        var file = JsonDocument.Parse(run.Out).RootElement[0];
        file.GetProperty("downloaded").GetString().ShouldBe(Path.Combine(Target, "a.fits"));
        file.GetProperty("task").GetString().ShouldBe("1/0/1");
    }

    [Fact]
    public async Task A_file_is_no_directory_to_copy_into()
    {
        await File.WriteAllTextAsync(Target, "mine");
        var run = await DownloadAsync("a.fits", Content);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain($"{Target} is a file: --download takes a directory");
        (await File.ReadAllTextAsync(Target)).ShouldBe("mine");

        // Also of a job that made nothing.
        var nothing = new FakeDpu().When(HttpMethod.Get, "/jobs/1/results", "[]");
        (await CliRun.Of(nothing, "results", "1", "--download", Target)).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched_again()
    {
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "a.fits"), Content);
        var dpu = Dpu("a.fits", Sha(Content), () => throw new InvalidOperationException("fetched"));
        (await CliRun.Of(dpu, "results", "1", "--download", Target)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Another_file_of_that_name_is_never_overwritten()
    {
        Directory.CreateDirectory(Target);
        var mine = Path.Combine(Target, "a.fits");
        await File.WriteAllTextAsync(mine, "mine");
        var run = await DownloadAsync("a.fits", Content);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not overwritten");
        (await File.ReadAllTextAsync(mine)).ShouldBe("mine");
    }

    [Fact]
    public async Task A_copy_with_another_checksum_is_not_kept()
    {
        var run = await DownloadAsync("a.fits", "spoiled");
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("checksum");
        Directory.GetFiles(Target).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_that_breaks_off_leaves_nothing_behind()
    {
        var dpu = Dpu("a.fits", Sha(Content), () => FakeDpu.Body(Content[..5], "application/octet-stream", breaks: true));
        (await CliRun.Of(dpu, "results", "1", "--download", Target)).ExitCode.ShouldBe(3);
        Directory.GetFiles(Target).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../evil.fits", "evil.fits")]
    [InlineData("/etc/evil.fits", "evil.fits")]
    public async Task A_catalog_cannot_choose_another_place_to_write_to(string name, string copied)
    {
        var run = await DownloadAsync(name, Content);
        run.ExitCode.ShouldBe(0);
        Directory.GetFiles(_directory.FullName, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(Target, copied)]);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/")]
    public async Task A_name_that_is_none_is_refused(string name) => (await DownloadAsync(name, Content)).ExitCode.ShouldBe(1);

    [Fact]
    public async Task In_another_form_it_has_another_ending_and_the_checksum_that_the_answer_tells()
    {
        FakeDpu Npy(string told) => Dpu("a.fits.gz", Sha(Content), () => throw new InvalidOperationException("fetched as it is")).When(HttpMethod.Get, "/files/1.0.1.reduced/content?format=npy", () =>
        {
            var answer = FakeDpu.Body("numbers", "application/octet-stream", breaks: false);
            answer.Headers.Add("Repr-Digest", $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(Sha(told)))}:");
            return answer;
        });
        var run = await CliRun.Of(Npy("numbers"), "results", "1", "--download", Target, "--format", "npy");
        run.Out.ShouldBe(Path.Combine(Target, "a.npy") + "\n");
        (await File.ReadAllTextAsync(Path.Combine(Target, "a.npy"))).ShouldBe("numbers");

        // The same again is no error, and anything else is not overwritten.
        (await CliRun.Of(Npy("numbers"), "results", "1", "--download", Target, "--format", "npy")).ExitCode.ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(Target, "a.npy"), "mine");
        (await CliRun.Of(Npy("numbers"), "results", "1", "--download", Target, "--format", "npy")).Error.ShouldContain("not overwritten");
        File.Delete(Path.Combine(Target, "a.npy"));
        (await CliRun.Of(Npy("other"), "results", "1", "--download", Target, "--format", "npy")).Error.ShouldContain("checksum");
        Directory.GetFiles(Target).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Did you mean 'votable'", "--download", "out", "--format", "votabel")]
    [InlineData("--format is for --download", "--format", "npy")]
    public async Task A_form_that_there_is_not_is_refused_before_anything_is_asked(string words, params string[] options)
    {
        var run = await CliRun.Of(new FakeDpu(), ["results", "1", .. options]);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(words);
    }

    private Task<CliRun> DownloadAsync(string name, string content, params string[] more)
    {
        var dpu = Dpu(name, Sha(Content), () => FakeDpu.Body(content, "application/octet-stream", breaks: false));
        return CliRun.Of(dpu, ["results", "1", "--download", Target, .. more]);
    }

    private static FakeDpu Dpu(string name, string sha, Func<HttpResponseMessage> content) => new FakeDpu()
        .When(
            HttpMethod.Get,
            "/jobs/1/results",
            () => FakeDpu.Json($$"""[{"id":"1.0.1.reduced","path":"/store/x","type":"reduced","sizeBytes":30,"sha256":"{{sha}}","metadata":{},"task":"1/0/1","name":{{JsonSerializer.Serialize(name)}},"main":true,"committed":true}]""", HttpStatusCode.OK))
        .When(HttpMethod.Get, "/files/1.0.1.reduced/content", content);

    private static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
