using Dpu.Keeper.Node;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>When a keeper may think that nobody can come any more.</summary>
public sealed class KeeperDirectoryTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("dpu-keeper-").FullName;
    private readonly KeeperDirectory _directory;

    public KeeperDirectoryTests()
    {
        _directory = new KeeperDirectory(_data);
        _directory.Create();
        _directory.TryLock().ShouldBeTrue();
        File.WriteAllText(Socket, "");
    }

    private string Socket => Path.Combine(_directory.Node, KeeperDirectory.SocketName);

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void It_is_there() => _directory.IsGone().ShouldBeFalse();

    [Fact]
    public void Moved_it_is_still_there()
    {
        Directory.Move(_directory.Node, Path.Combine(_data, "elsewhere"));
        _directory.IsGone().ShouldBeFalse();
    }

    [Fact]
    public void Removed_it_is_gone_even_when_another_stands_in_its_place()
    {
        Directory.Delete(_directory.Node, recursive: true);
        _directory.IsGone().ShouldBeTrue();
        _directory.Create();
        File.WriteAllText(Socket, "");
        _directory.IsGone().ShouldBeTrue();
    }

    [Fact]
    public void Without_its_socket_nobody_can_come()
    {
        File.Delete(Socket);
        _directory.IsGone().ShouldBeTrue();
    }
}
