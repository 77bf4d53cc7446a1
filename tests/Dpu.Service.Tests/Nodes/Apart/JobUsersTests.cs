using Dpu.Service.Nodes.Apart;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes.Apart;

public sealed class JobUsersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_number_is_handed_out_twice_before_all_were()
    {
        var users = Users(5000);

        Take(users, 5000).Distinct().Count().ShouldBe(5000);
        users.Next().ShouldBe(100u);
    }

    [Fact]
    public void A_restart_repeats_none()
    {
        var before = Take(Users(100_000), 1500);

        var after = Take(Users(100_000), 1500);

        before.Intersect(after).ShouldBeEmpty();
    }

    [Fact]
    public void A_restart_near_the_end_goes_on_from_the_beginning()
    {
        Take(Users(2500), 2400);

        Take(Users(2500), 100).ShouldAllBe(user => user >= 100 && user < 2600);
    }

    private static List<uint> Take(JobUsers users, int count) => [.. Enumerable.Range(0, count).Select(_ => users.Next())];

    private JobUsers Users(uint count) => new(_folder.At("users"), 100, count);
}
