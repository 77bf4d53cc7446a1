using System.Diagnostics;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Store;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_holder_is_told_which_process_is_the_first()
    {
        using (DataDirectory.Take(_folder["data"]))
        {
            var refused = Should.Throw<StoreException>(() => DataDirectory.Take(_folder["data"]));
            refused.Message.ShouldContain($"process {Environment.ProcessId}");
            refused.Message.ShouldContain(_folder["data"]);
        }

        DataDirectory.Take(_folder["data"]).Dispose();
    }

    [Fact]
    public async Task A_child_does_not_inherit_the_lock()
    {
        var directory = DataDirectory.Take(_folder["data"]);
        using var child = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        directory.Dispose();

        DataDirectory.Take(_folder["data"]).Dispose();

        child.StandardInput.Close();
        await child.WaitForExitAsync();
    }

    [Theory]
    [InlineData("nfs")]
    [InlineData("cifs")]
    [InlineData("smb2")]
    [InlineData("lustre")]
    [InlineData("fuse")]
    public void Network_file_systems_are_refused_before_anything_is_made(string fileSystem)
    {
        var refused = Should.Throw<StoreException>(() => DataDirectory.Take(_folder["data"], _ => fileSystem));

        refused.Message.ShouldContain(fileSystem);
        refused.Message.ShouldContain("--data");
        File.Exists(_folder["data/dpu.lock"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_its_owner_can_read_what_is_made()
    {
        using var directory = DataDirectory.Take(_folder["data"]);
        await using var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System);
        await store.Journal.AppendAsync("a", 0, Notes.Of("1"), CancellationToken.None);

        File.GetUnixFileMode(_folder["data"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = Directory.GetFiles(_folder["data"]);
        files.Select(Path.GetFileName).ShouldBe(["dpu.db", "dpu.db-shm", "dpu.db-wal", "dpu.lock"], ignoreOrder: true);
        files.ShouldAllBe(file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused_with_its_name()
    {
        File.WriteAllText(_folder["data"], "");

        Should.Throw<StoreException>(() => DataDirectory.Take(_folder["data"])).Message.ShouldContain(_folder["data"]);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone()
    {
        using var directory = DataDirectory.Take(_folder["data"]);
        await SqliteStore.Open(directory, Notes.Codec, TimeProvider.System).DisposeAsync();
        using (var database = Database.OpenWriter(directory.DatabasePath))
        {
            database.Execute("INSERT INTO schema_version VALUES (99, '2099-01-01')");
        }

        var before = await File.ReadAllBytesAsync(directory.DatabasePath);
        var refused = Should.Throw<StoreException>(() => SqliteStore.Open(directory, Notes.Codec, TimeProvider.System));

        refused.Message.ShouldContain("version 99");
        refused.Message.ShouldContain("newer");
        (await File.ReadAllBytesAsync(directory.DatabasePath)).ShouldBe(before);
    }

    [Fact]
    public void A_migration_that_fails_leaves_the_older_version()
    {
        using var database = Database.OpenMemory();
        var first = new Migration(1, "CREATE TABLE a (x INTEGER)");
        SchemaVersion.Migrate(database, [first], TimeProvider.System);

        Should.Throw<SqliteError>(() => SchemaVersion.Migrate(database, [first, new Migration(2, "CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER)")], TimeProvider.System));
        database.Execute("INSERT INTO a VALUES (1)");
        Should.Throw<SqliteError>(() => database.Execute("INSERT INTO b VALUES (1)"));

        SchemaVersion.Migrate(database, [first, new Migration(2, "CREATE TABLE b (x INTEGER)"), new Migration(3, "CREATE TABLE c (x INTEGER)")], TimeProvider.System);
        database.Execute("INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)");
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_its_name()
    {
        using var directory = DataDirectory.Take(_folder["data"]);
        File.WriteAllText(directory.DatabasePath, new string('x', 5000));

        Should.Throw<StoreException>(() => SqliteStore.Open(directory, DpuEvents.Codec, TimeProvider.System)).Message.ShouldContain(directory.DatabasePath);
        File.ReadAllText(directory.DatabasePath).ShouldBe(new string('x', 5000));
    }
}
