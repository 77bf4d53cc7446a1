using System.Globalization;
using System.Net;
using Dpu.Domain.Users;
using Dpu.Service.Users;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Users;

public sealed class LoginTriesTests
{
    private static readonly LockOut PerName = new(3, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
    private static readonly LockOut PerAddress = new(6, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    private readonly ManualTime _time = new(new DateTimeOffset(2000, 4, 28, 8, 0, 0, TimeSpan.Zero));
    private readonly LoginTries _tries;

    public LoginTriesTests() => _tries = new LoginTries(PerName, PerAddress, _time);

    [Fact]
    public void After_wrong_ones_the_wait_doubles_up_to_its_bound()
    {
        var waits = new List<double>();
        for (var count = 0; count < 7; count++)
        {
            var wait = _tries.Begin("jane", AddressOf(count));
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait);
            if (wait > TimeSpan.Zero)
            {
                _tries.Begin("jane", AddressOf(count)).ShouldBe(TimeSpan.Zero);
            }
        }

        waits.ShouldBe([0, 0, 0, 1, 2, 4, 4]);
    }

    [Fact]
    public void Who_has_to_wait_makes_it_no_longer_by_asking()
    {
        Wrong("jane", 3);
        for (var count = 0; count < 100; count++)
        {
            _tries.Begin("jane", AddressOf(count)).ShouldBe(TimeSpan.FromSeconds(1));
        }
    }

    // Counted before they are looked at: a hundred at once are a hundred.
    [Fact]
    public void Many_at_once_are_many()
    {
        var admitted = Enumerable.Range(0, 100).Count(count => _tries.Begin("jane", AddressOf(count)) == TimeSpan.Zero);
        admitted.ShouldBe(PerName.Free);
    }

    [Fact]
    public void The_right_password_ends_the_counting()
    {
        Wrong("jane", 2);
        _tries.Begin("jane", Here);
        _tries.Right("jane", Here);

        Wrong("jane", 2);
        _tries.Begin("jane", Here).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Names_are_counted_by_themselves_however_they_are_written()
    {
        Wrong("jane", 3);
        _tries.Begin("JANE", Here).ShouldBe(TimeSpan.FromSeconds(1));
        _tries.Begin("fokke", Here).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void One_address_that_tries_many_names_waits_too()
    {
        for (var count = 0; count < 6; count++)
        {
            _tries.Begin("user" + count.ToString(CultureInfo.InvariantCulture), Here).ShouldBe(TimeSpan.Zero);
        }

        _tries.Begin("jane", Here).ShouldBe(TimeSpan.FromSeconds(1));
        _tries.Begin("jane", IPAddress.Parse("::ffff:192.0.2.1")).ShouldBe(TimeSpan.FromSeconds(1));
        _tries.Begin("jane", IPAddress.Parse("192.0.2.2")).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_network_of_IPv6_is_one_address()
    {
        for (var count = 0; count < 6; count++)
        {
            _tries.Begin("user" + count.ToString(CultureInfo.InvariantCulture), IPAddress.Parse("2001:db8:1:2::" + count.ToString(CultureInfo.InvariantCulture)));
        }

        _tries.Begin("jane", IPAddress.Parse("2001:db8:1:2:ffff::1")).ShouldBe(TimeSpan.FromSeconds(1));
        _tries.Begin("jane", IPAddress.Parse("2001:db8:1:3::1")).ShouldBe(TimeSpan.Zero);
    }

    // An address from which many come: those who are right do not count, so that a proxy's users do not lock each other out.
    [Fact]
    public void Right_ones_do_not_count_against_an_address()
    {
        for (var count = 0; count < 20; count++)
        {
            _tries.Begin("jane", Here).ShouldBe(TimeSpan.Zero);
            _tries.Right("jane", Here);
        }
    }

    [Fact]
    public void Tries_are_forgiven_with_time()
    {
        Wrong("jane", 3);
        _time.Advance(TimeSpan.FromMinutes(10));
        _tries.Begin("jane", Here).ShouldBe(TimeSpan.Zero);
        _tries.Begin("jane", Here).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void That_a_name_has_to_wait_is_told_once()
    {
        int?[] told = [.. Enumerable.Range(0, 5).Select(count =>
        {
            _time.Advance(_tries.Begin("jane", AddressOf(count)));
            _tries.Begin("jane", AddressOf(count));
            return _tries.Wrong("jane");
        })];
        told.OfType<int>().ShouldHaveSingleItem();
        _tries.Forget("jane");
        _tries.WaitOf("jane").ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Names_without_end_do_not_fill_the_memory_nor_make_a_locked_one_forgotten()
    {
        Wrong("jane", 3);
        for (var count = 0; count < 2 * LoginTries.EntriesMax; count++)
        {
            _tries.Begin("user" + count.ToString(CultureInfo.InvariantCulture), AddressOf(count));
        }

        _tries.NamesCounted.ShouldBeLessThanOrEqualTo(LoginTries.EntriesMax);
        _tries.WaitOf("jane").ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public void What_is_no_name_is_counted_as_one()
    {
        _tries.Begin("my secret password!", AddressOf(1));
        _tries.Begin("another one, typed wrongly", AddressOf(2));
        _tries.NamesCounted.ShouldBe(1);
    }

    private void Wrong(string name, int times)
    {
        for (var count = 0; count < times; count++)
        {
            _tries.Begin(name, AddressOf(1000 + count)).ShouldBe(TimeSpan.Zero);
            _tries.Wrong(name);
        }
    }

    private static IPAddress AddressOf(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
