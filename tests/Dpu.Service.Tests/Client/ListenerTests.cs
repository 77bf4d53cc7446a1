using Dpu.Client.Trust;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

/// <summary>Tables as the kernel prints them; 2116 is port 8470 in hexadecimal, 0100007F is 127.0.0.1 on a little-endian machine.</summary>
public sealed class ListenerTests
{
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private const string Rest = "00000000:00000000 00:00000000 00000000";
    private static readonly Uri Address = new("http://127.0.0.1:8470");

    [Fact]
    public void Ones_own_listener_is_trusted() =>
        Listener.Distrust(Address, 1000, Head + Row("0100007F:2116", "0A", 1000), "").ShouldBeNull();

    [Fact]
    public void Another_users_listener_is_not()
    {
        var reason = Listener.Distrust(Address, 1000, Head + Row("0100007F:2116", "0A", 1001), "");
        reason.ShouldNotBeNull();
        reason.ShouldContain("127.0.0.1:8470");
        reason.ShouldContain("uid 1001");
    }

    [Fact]
    public void Not_even_the_superusers() =>
        Listener.Distrust(Address, 1000, Head + Row("0100007F:2116", "0A", 0), "").ShouldNotBeNull();

    [Fact]
    public void A_listener_on_all_addresses_would_get_the_token_too() =>
        Listener.Distrust(Address, 1000, Head + Row("00000000:2116", "0A", 1001), "").ShouldNotBeNull();

    [Fact]
    public void So_would_one_on_all_addresses_of_version_6() =>
        Listener.Distrust(Address, 1000, Head, Head + Row("00000000000000000000000000000000:2116", "0A", 1001)).ShouldNotBeNull();

    [Fact]
    public void And_one_on_the_mapped_address() =>
        Listener.Distrust(Address, 1000, Head, Head + Row("0000000000000000FFFF00000100007F:2116", "0A", 1001)).ShouldNotBeNull();

    [Fact]
    public void One_foreign_listener_among_ones_own_is_enough() =>
        Listener.Distrust(Address, 1000, Head + Row("0100007F:2116", "0A", 1000) + Row("00000000:2116", "0A", 1001), "").ShouldNotBeNull();

    [Theory]
    [InlineData("0100007F:2117", "0A")]
    [InlineData("0100007F:2116", "01")]
    [InlineData("0200007F:2116", "0A")]
    [InlineData("garbage", "0A")]
    public void Other_ports_addresses_and_connections_do_not_count(string local, string state) =>
        Listener.Distrust(Address, 1000, Head + Row(local, state, 1001), "").ShouldBeNull();

    [Fact]
    public void Other_hosts_are_the_affair_of_TLS() => Listener.Distrust(new Uri("https://dpu.example.org:8470")).ShouldBeNull();

    [Fact]
    public void A_real_listener_of_ours_is_found_to_be_ours()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Listener.Distrust(new Uri($"http://{listener.LocalEndpoint}")).ShouldBeNull();
        var tcp = File.ReadAllText("/proc/net/tcp");
        Listener.Distrust(new Uri($"http://{listener.LocalEndpoint}"), uint.MaxValue, tcp, "").ShouldNotBeNull();
    }

    private static string Row(string local, string state, uint uid) =>
        $"   0: {local} 00000000:0000 {state} {Rest} {uid,5}        0 20480 1 0000000000000000 100 0 0 10 0\n";
}
