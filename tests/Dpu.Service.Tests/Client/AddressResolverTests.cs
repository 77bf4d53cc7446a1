using Dpu.Client.Addressing;
using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

public sealed class AddressResolverTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpu-home-");
    private readonly Dictionary<string, string> _variables = [];

    public AddressResolverTests() => _variables["HOME"] = _home.FullName;

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void Without_anything_it_is_the_embedded_one() => Resolve(null).ShouldBe(new Uri("http://127.0.0.1:8470"));

    [Theory]
    [InlineData("http://10.0.0.1:9000", "http://10.0.0.1:9000/")]
    [InlineData("https://dpu.example.org", "https://dpu.example.org/")]
    [InlineData("http://127.0.0.1:9000/api/v1/jobs?x=1", "http://127.0.0.1:9000/")]
    [InlineData("127.0.0.1:9000", "http://127.0.0.1:9000/")]
    [InlineData("localhost:9000", "http://localhost:9000/")]
    public void An_address_is_taken_as_it_is(string asked, string expected) => Resolve(asked).AbsoluteUri.ShouldBe(expected);

    [Fact]
    public void The_command_line_wins_over_the_variable_and_that_over_the_Environment()
    {
        WriteFile(".awe/Environment.cfg", "dpu_name : http://file:1\n");
        Resolve(null).Host.ShouldBe("file");
        _variables["DPU_NAME"] = "http://variable:2";
        Resolve(null).Host.ShouldBe("variable");
        Resolve("http://asked:3").Host.ShouldBe("asked");
    }

    [Theory]
    [InlineData("dpu_name : groningen")]
    [InlineData("[global]\n# dpu_name = other\ndatabase_name : db:1521\nDPU_NAME=groningen  ")]
    [InlineData("dpu_name = other\ndpu_name = groningen")]
    public void The_Environment_is_read_as_the_prompt_reads_it(string text)
    {
        WriteFile(".awe/Environment.cfg", text);
        WriteFile(".dpu/client.conf", "dpus = [{ name = groningen, url = \"https://dpu.rug.example:8471\" }, { name = other, url = \"http://other:1\" }]");
        Resolve(null).ShouldBe(new Uri("https://dpu.rug.example:8471"));
    }

    [Fact]
    public void Names_and_aliases_come_from_the_clients_list()
    {
        WriteFile(".dpu/client.conf", """
            // the DPUs that I use
            base = "http://schmidt.example"
            dpus = [ { name = schmidt, url = ${base}":8470", aliases = [s, "the big one"] } ]
            """.Replace("base =", "dpus-base =", StringComparison.Ordinal).Replace("${base}", "${dpus-base}", StringComparison.Ordinal));
        Should.Throw<HoconException>(() => Resolve("schmidt")).Message.ShouldContain("dpus-base");

        WriteFile(".dpu/client.conf", "dpus = [ { name = schmidt, url = \"http://schmidt.example:8470\", aliases = [s, \"the big one\"] } ]");
        foreach (var name in new[] { "schmidt", "s", "the big one" })
        {
            Resolve(name).ShouldBe(new Uri("http://schmidt.example:8470"));
        }
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_one_and_where_it_came_from()
    {
        WriteFile(".dpu/client.conf", "dpus = [ { name = groningen, url = \"http://a:1\" } ]");
        _variables["DPU_NAME"] = "groningne";
        var message = Should.Throw<UnknownDpuException>(() => Resolve(null)).Message;
        message.ShouldContain("'groningne' (DPU_NAME)");
        message.ShouldContain("Did you mean 'groningen'?");
    }

    [Fact]
    public void Without_a_list_the_message_says_where_one_would_stand() =>
        Should.Throw<UnknownDpuException>(() => Resolve("nowhere")).Message.ShouldContain(Path.Combine(_home.FullName, ".dpu", "client.conf"));

    [Theory]
    [InlineData("ftp://host:1")]
    [InlineData("http://")]
    [InlineData("http://host:port")]
    public void A_wrong_address_is_refused(string asked) => Should.Throw<UnknownDpuException>(() => Resolve(asked)).Message.ShouldContain(asked);

    [Fact]
    public void A_mistake_in_the_list_is_shown_with_its_place()
    {
        WriteFile(".dpu/client.conf", "dpus = [\n  { name = a, url = \"nonsense\" }\n]");
        Should.Throw<HoconException>(() => Resolve("a")).Message.ShouldContain("client.conf:2:");
    }

    private Uri Resolve(string? asked) => AddressResolver.Resolve(asked, name => _variables.GetValueOrDefault(name));

    private void WriteFile(string path, string text)
    {
        var full = Path.Combine(_home.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
