using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Dpu.Service.Pilots;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Pilots;

public sealed class NodePackagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PretendedProgram _program;
    private readonly NodePackages _packages;

    public NodePackagesTests()
    {
        _program = new PretendedProgram(_folder, "");
        _packages = new NodePackages(_folder.At("packages"), TimeProvider.System);
    }

    public void Dispose()
    {
        _packages.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_holds_the_program_and_its_dotnet_with_their_modes_and_without_symbols()
    {
        var package = await _packages.OfAsync(_program.Program, CancellationToken.None);
        await using var file = File.OpenRead(package.Path);
        await using var archive = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        var entries = new List<(string, bool)>();
        while (await archive.GetNextEntryAsync() is { } entry)
        {
            entries.Add((entry.Name, (entry.Mode & UnixFileMode.UserExecute) != 0));
        }

        entries.ShouldBe([
            ("dotnet/dotnet", true),
            ("dotnet/host/fxr/10.0.1/resolver.so", false),
            ("dotnet/shared/Web/10.0.1/web.dll", false),
            ("dpu/dpu.dll", false),
            ("dpu/hocon/reference.conf", false),
            ("dpu/tool", true),
        ]);
    }

    [Fact]
    public async Task It_is_named_for_its_hash_and_made_once()
    {
        var package = await _packages.OfAsync(_program.Program, CancellationToken.None);
        package.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(package.Path))));
        // Were it made again, this would be gone.
        await File.AppendAllTextAsync(package.Path, "mark");
        package = package with { SizeBytes = package.SizeBytes + 4 };
        (await _packages.OfAsync(_program.Program, CancellationToken.None)).ShouldBe(package);
        _packages.Find(package.Sha256).ShouldBe(package);
    }

    [Fact]
    public async Task The_same_files_make_the_same_archive_wherever_they_stand()
    {
        using var other = new TemporaryFolder();
        using var packages = new NodePackages(other.At("packages"), TimeProvider.System);
        var twin = await packages.OfAsync(new PretendedProgram(other, "").Program, CancellationToken.None);
        twin.Sha256.ShouldBe((await _packages.OfAsync(_program.Program, CancellationToken.None)).Sha256);
    }

    [Fact]
    public async Task A_changed_program_is_another_package_and_the_old_one_stays_for_those_that_wait()
    {
        var before = await _packages.OfAsync(_program.Program, CancellationToken.None);
        _folder.File("program/dpu.dll", "the next program");
        var after = await _packages.OfAsync(_program.Program, CancellationToken.None);
        after.Sha256.ShouldNotBe(before.Sha256);
        _packages.Find(before.Sha256).ShouldBe(before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public void Nothing_else_is_found_by_a_name_that_is_no_hash(string name) => _packages.Find(name).ShouldBeNull();

    [Fact]
    public void The_process_that_runs_here_can_be_packed()
    {
        var program = RunningProgram.Of(typeof(NodePackagesTests).Assembly.Location);
        File.Exists(program.EntryPath).ShouldBeTrue();
        program.DotnetParts.Select(part => part[..part.LastIndexOf('/')]).ShouldBe(["host/fxr", "shared/Microsoft.AspNetCore.App", "shared/Microsoft.NETCore.App"]);
        program.DotnetParts.ShouldAllBe(part => Directory.Exists(Path.Combine(program.DotnetRoot, part)));
    }
}
