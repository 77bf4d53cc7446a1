using System.Collections.Immutable;
using System.Security.Cryptography;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Service.Shipping;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Shipping;

public sealed class CodeStoreTests : IDisposable
{
    private static readonly Caller Jane = new("jane", UserType.Developer, ["common"]);
    private static readonly Caller John = new("john", UserType.Developer, ["common"]);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2000, 4, 28, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    /// <summary>A checksum stands beside every file that code made: to see one must not be enough to run, or to ask for, what is behind it.</summary>
    [Fact]
    public async Task What_somebody_else_brought_is_not_there()
    {
        using var store = Store();
        var (sha256, bytes) = Archive("a");
        await BringAsync(store, sha256, bytes, "jane");

        store.Find(sha256, Jane).ShouldBe(new ShippedCode(sha256, bytes.Length));
        store.Find(sha256, John).ShouldBeNull();
        store.Find(sha256, Caller.Visitor).ShouldBeNull();
        store.Find(sha256, Caller.OperatorNamed("root")).ShouldNotBeNull();

        await BringAsync(store, sha256, bytes, "john");
        store.Find(sha256, John).ShouldNotBeNull();
    }

    [Fact]
    public async Task More_than_may_be_kept_is_refused_and_what_is_there_can_be_brought_again()
    {
        var (first, bytes) = Archive("a");
        var (second, others) = Archive("b");
        using var store = Store(storeMax: bytes.Length + 10);
        await BringAsync(store, first, bytes, "jane");

        (await store.ReceiveAsync(second, others.Length, new MemoryStream(others), "jane", CancellationToken.None)).ShouldBeOfType<CodeArrival.NoRoom>().Reason.ShouldContain("dpu.code.store-max");
        (await store.ReceiveAsync(second, null, new MemoryStream(others), "jane", CancellationToken.None)).ShouldBeOfType<CodeArrival.NoRoom>();
        (await store.ReceiveAsync(first, bytes.Length, new MemoryStream(bytes), "john", CancellationToken.None)).ShouldBeOfType<CodeArrival.Here>().IsNew.ShouldBeFalse();
        Directory.GetFiles(_folder.At("code")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_nothing_names_goes_once_nobody_has_used_it_for_a_day()
    {
        using var store = Store();
        var (named, kept, old, used) = (Archive("named"), Archive("kept"), Archive("old"), Archive("used"));
        foreach (var (sha256, bytes) in new[] { named, old, used })
        {
            await BringAsync(store, sha256, bytes, "jane");
        }

        _folder.File("code/.half.arriving", "x");
        File.SetLastWriteTimeUtc(_folder.At("code/.half.arriving"), _time.GetUtcNow().UtcDateTime);
        _time.Advance(TimeSpan.FromHours(25));
        await BringAsync(store, kept.Sha256, kept.Bytes, "jane");
        store.Find(used.Sha256, Jane).ShouldNotBeNull();

        store.Tidy(ImmutableHashSet.Create(named.Sha256)).ShouldBe([old.Sha256]);

        Directory.GetFiles(_folder.At("code")).Select(path => Path.GetFileNameWithoutExtension(path)).ShouldBe([named.Sha256, kept.Sha256, used.Sha256], ignoreOrder: true);
        store.Find(old.Sha256, Jane).ShouldBeNull();
        store.Tidy(ImmutableHashSet<string>.Empty).ShouldBe([named.Sha256]);
    }

    [Fact]
    public async Task A_sender_that_fails_leaves_nothing()
    {
        using var store = Store();
        var (sha256, bytes) = Archive("a");

        await Should.ThrowAsync<IOException>(() => store.ReceiveAsync(sha256, bytes.Length, new Breaking(bytes), "jane", CancellationToken.None));

        Directory.GetFileSystemEntries(_folder.At("code")).ShouldBeEmpty();
    }

    private CodeStore Store(long storeMax = 1 << 20) => new(_folder.At("code"), new CodeSettings(1 << 20, storeMax, 0, ArchiveLimits.Usual, TimeSpan.FromDays(1)), _time);

    private static async Task BringAsync(CodeStore store, string sha256, byte[] bytes, string user) =>
        (await store.ReceiveAsync(sha256, bytes.Length, new MemoryStream(bytes), user, CancellationToken.None)).ShouldBeOfType<CodeArrival.Here>();

    private static (string Sha256, byte[] Bytes) Archive(string name)
    {
        var bytes = ZipBytes.Of(ZipItem.Of(name));
        return (Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes);
    }

    private sealed class Breaking(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 0 ? throw new IOException("broken") : base.ReadAsync(buffer[..10], cancellationToken);
    }
}
