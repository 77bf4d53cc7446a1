using System.Net;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Service.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Configuration;

public sealed class DpuOptionsReaderTests : IDisposable
{
    private static readonly Resources Machine = new(6, 10_000_000_000);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_built_in_configuration_is_complete()
    {
        var options = Read("");
        (options.Name, options.Http.Address, options.Http.Port).ShouldBe(("dpu", IPAddress.Loopback, 8470));
        options.DataDirectory.ShouldBe(Path.Combine(TestHome.Path, ".local/share/dpu"));
        options.Task.KillGrace.ShouldBe(TimeSpan.FromSeconds(10));
        options.Recipes.Find("Reduce").ShouldNotBeNull();
        options.Ingest.Rules.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_node_takes_the_machines_figures_where_it_has_none_of_its_own()
    {
        Read("").Node.Capacity.ShouldBe(Machine);
        Read("dpu.node { cpus = 2, memory = 1 GiB }").Node.Capacity.ShouldBe(new Resources(2, 1L << 30));
    }

    [Fact]
    public void The_last_assignment_wins_and_stands_above_files()
    {
        var request = Request("dpu { name = from-file, http.port = 1111 }") with { Overrides = [new("dpu.name", "first"), new("dpu.name", "last")], Port = 2222 };
        var options = Read(request);
        (options.Name, options.Http.Port).ShouldBe(("last", 2222));
    }

    [Theory]
    [InlineData("dpu.nmae = x", "dpu.nmae", "dpu.name")]
    [InlineData("dpu.http.prot = 1", "dpu.http.prot", "dpu.http.port")]
    [InlineData("dpu.task.kill-grce = 1 s", "dpu.task.kill-grce", "dpu.task.kill-grace")]
    [InlineData("dpu.recipes.Bias.comand = [x]", "dpu.recipes.Bias.comand", "dpu.recipes.Bias.command")]
    public void An_unknown_key_is_refused_with_the_nearest_one(string line, string key, string nearest)
    {
        var message = Refusal(line);
        message.ShouldContain(key);
        message.ShouldContain(nearest);
    }

    [Fact]
    public void Other_dpus_are_addresses_by_name() =>
        Read("dpu.pages.others { \"the north\" = \"https://dpu.example.org:8470/somewhere\" }").Others.ShouldBe([KeyValuePair.Create("the north", new Uri("https://dpu.example.org:8470"))]);

    [Fact]
    public void Keys_beside_dpu_are_others_affair() => Read("my.own = 1").Name.ShouldBe("dpu");

    [Theory]
    [InlineData("dpu.name = \"\"", "dpu.name")]
    [InlineData("dpu.name = \"two words\"", "dpu.name")]
    [InlineData("dpu.data = relative/path", "dpu.data")]
    [InlineData("dpu.data = null", "dpu.data")]
    [InlineData("dpu.http.host = dpu.example.org", "dpu.http.host")]
    [InlineData("dpu.http.host = \"fe80::1\"", "dpu.http.host")]
    [InlineData("dpu.http { host = 192.0.2.1, port = 0 }", "dpu.http.port")]
    [InlineData("dpu.http.names = [\"a name\"]", "dpu.http.names")]
    [InlineData("dpu.http { host = 0.0.0.0, tls.key = /x }", "dpu.http.tls.key")]
    [InlineData("dpu.http { host = 0.0.0.0, tls.certificate = /x }", "dpu.http.tls.certificate")]
    [InlineData("dpu.http.tls { certificate = /x, key = /x }", "dpu.http.tls.certificate")]
    [InlineData("dpu.http { host = 0.0.0.0, tls { certificate = x, key = /x } }", "dpu.http.tls.certificate")]
    [InlineData("dpu.http.host = localhost", "dpu.http.host")]
    [InlineData("dpu.http.port = 65536", "dpu.http.port")]
    [InlineData("dpu.http.port = -1", "dpu.http.port")]
    [InlineData("dpu.http.port = many", "dpu.http.port")]
    [InlineData("dpu.http.body-max = 12", "dpu.http.body-max")]
    [InlineData("dpu.http.body-max = 5 bananas", "dpu.http.body-max")]
    [InlineData("dpu.http.answer-timeout = 0 s", "dpu.http.answer-timeout")]
    [InlineData("dpu.http.answer-timeout = 400 d", "dpu.http.answer-timeout")]
    [InlineData("dpu.http.answer-timeout = soon", "dpu.http.answer-timeout")]
    [InlineData("dpu.pages.others.here = \"ftp://example.org\"", "dpu.pages.others.here")]
    [InlineData("dpu.pages.others.here = \"https://me:secret@example.org\"", "dpu.pages.others.here")]
    [InlineData("dpu.pages.other {}", "dpu.pages.others")]
    [InlineData("dpu.http.waiting-max = 0", "dpu.http.waiting-max")]
    [InlineData("dpu.node.name = \"\"", "dpu.node.name")]
    [InlineData("dpu.node.name = \"a b\"", "dpu.node.name")]
    [InlineData("dpu.node.cpus = -1", "dpu.node.cpus")]
    [InlineData("dpu.node.cpus = 1.5", "dpu.node.cpus")]
    [InlineData("dpu.node.memory = -1", "dpu.node.memory")]
    [InlineData("dpu.node.path = [a]", "dpu.node.path")]
    [InlineData("dpu.node.spool-max = much", "dpu.node.spool-max")]
    [InlineData("dpu.task.kill-grace = -1 s", "dpu.task.kill-grace")]
    [InlineData("dpu.task.retry.recipe = 0", "dpu.task.retry.recipe")]
    [InlineData("dpu.task.retry.memory = often", "dpu.task.retry.memory")]
    [InlineData("dpu.task.retry.time = 70000", "dpu.task.retry.time")]
    [InlineData("dpu.task.retry.launch = 0", "dpu.task.retry.launch")]
    [InlineData("dpu.task.retry.data = 0", "dpu.task.retry.data")]
    [InlineData("dpu.task.retry.node-losses = 256", "dpu.task.retry.node-losses")]
    [InlineData("dpu.task.retry.memory-factor = 0.5", "dpu.task.retry.memory-factor")]
    [InlineData("dpu.task.retry.memory-max = much", "dpu.task.retry.memory-max")]
    [InlineData("dpu.task.retry.lauch = 2", "dpu.task.retry.lauch")]
    [InlineData("dpu.task.log-head-max = big", "dpu.task.log-head-max")]
    [InlineData("dpu.task.log-tail-max = {}", "dpu.task.log-tail-max")]
    [InlineData("dpu.task.enforce-memory = perhaps", "dpu.task.enforce-memory")]
    [InlineData("dpu.node.tags = gpu", "dpu.node.tags")]
    [InlineData("dpu.scheduling.share-half-life = 0 s", "dpu.scheduling.share-half-life")]
    [InlineData("dpu.scheduling.max-running-per-user = -1", "dpu.scheduling.max-running-per-user")]
    [InlineData("dpu.scheduling.recipe-limits.Coadd = 0", "dpu.scheduling.recipe-limits.Coadd")]
    [InlineData("dpu.scheduling.recipe-limits = 5", "dpu.scheduling.recipe-limits")]
    [InlineData("dpu.scheduling.locality-wait = -1 s", "dpu.scheduling.locality-wait")]
    [InlineData("dpu.scheduling.patience = long", "dpu.scheduling.patience")]
    [InlineData("dpu.scheduling.patince = 1 s", "dpu.scheduling.patience")]
    [InlineData("dpu.scheduling.quarantine.fast-failure = 0 s", "dpu.scheduling.quarantine.fast-failure")]
    [InlineData("dpu.scheduling.quarantine.jobs = 0", "dpu.scheduling.quarantine.jobs")]
    [InlineData("dpu.scheduling.quarantine.recipes = 1", "dpu.scheduling.quarantine.recipes")]
    [InlineData("dpu.scheduling.quarantine.probe-after = 0 s", "dpu.scheduling.quarantine.probe-after")]
    [InlineData("dpu.scheduling.quarantine.probe-after-max = 5 s", "dpu.scheduling.quarantine.probe-after-max")]
    [InlineData("dpu.task.unpack-max = all", "dpu.task.unpack-max")]
    [InlineData("dpu.task.unpack-files-max = 0", "dpu.task.unpack-files-max")]
    [InlineData("dpu.exec.cpus = 0", "dpu.exec.cpus")]
    [InlineData("dpu.exec.memory = x", "dpu.exec.memory")]
    [InlineData("dpu.cluster.node-timeout = never", "dpu.cluster.node-timeout")]
    [InlineData("dpu.service.stop-grace = 60 d", "dpu.service.stop-grace")]
    [InlineData("dpu.service.log-level = Loud", "dpu.service.log-level")]
    [InlineData("dpu.service.log-file-max = 0", "dpu.service.log-file-max")]
    [InlineData("dpu.service.log-files-kept = 0", "dpu.service.log-files-kept")]
    [InlineData("dpu.http = 8470", "dpu.http")]
    [InlineData("dpu.recipes.Mine { command = [] }", "dpu.recipes.Mine.command")]
    [InlineData("dpu.ingest.rules = 5", "rules")]
    public void A_wrong_value_is_refused_with_its_key_and_its_place(string line, string key)
    {
        var message = Refusal("# a comment\n" + line);
        message.ShouldContain(key);
        message.ShouldContain("own.conf:2");
    }

    [Fact]
    public void How_work_is_shared_out_is_read_with_names_of_any_kind()
    {
        var options = Read("""dpu { node.tags = [gpu, "large, and fast"], scheduling { max-running-per-user = 5, recipe-limits { "my.tool" = 3, Coadd = 1 } } }""");
        options.Node.Tags.ShouldBe(["gpu", "large, and fast"]);
        options.Scheduling.RunningPerUserMax.ShouldBe(5);
        options.Scheduling.RecipeLimits.OrderBy(limit => limit.Value).ShouldBe([new("Coadd", 1), new("my.tool", 3)]);
        Read("").Scheduling.ShouldSatisfyAllConditions(
            usual => usual.RunningPerUserMax.ShouldBeNull(),
            usual => usual.RecipeLimits.ShouldBeEmpty(),
            usual => usual.Health.ShouldBe(SchedulingPolicy.Usual.Health),
            usual => (usual with { RecipeLimits = SchedulingPolicy.Usual.RecipeLimits }).ShouldBe(SchedulingPolicy.Usual));
    }

    [Fact]
    public void A_tie_of_a_missing_variable_or_a_broken_line_says_where()
    {
        Refusal("dpu.name = ${NO_SUCH_VARIABLE_AT_ALL}").ShouldContain("own.conf:1");
        Refusal("dpu {\n  name = x\n").ShouldContain("own.conf:");
        Refusal("dpu.name = [").ShouldContain("own.conf:1");
    }

    [Fact]
    public void A_node_must_be_given_up_after_its_keeper_has_ended_its_tasks()
    {
        const string Sum = "dpu { task.kill-grace = 10 s, cluster { node-timeout = 60 s, fence-margin = 5 s, fence-after = ";
        Read(Sum + "44 s } }").Name.ShouldBe("dpu");
        var message = Refusal(Sum + "45 s } }");
        message.ShouldContain("fence-after");
        message.ShouldContain("own.conf:1");
        message.ShouldContain("60 s");
    }

    [Fact]
    public void Data_are_named_by_the_shortest_path()
    {
        Read("dpu.data = \"/data/../srv//dpu/\"").DataDirectory.TrimEnd('/').ShouldBe("/srv/dpu");
        Read(Request("") with { DataDirectory = "some where" }).DataDirectory.ShouldBe(Path.Combine(Environment.CurrentDirectory, "some where"));
    }

    [Fact]
    public void A_data_directory_of_any_name_is_taken_as_it_is() =>
        Read(Request("") with { DataDirectory = "/tmp/a \"b\" ${c} #d \\e" }).DataDirectory.ShouldBe("/tmp/a \"b\" ${c} #d \\e");

    [Fact]
    public void A_file_that_is_not_there_and_a_role_that_there_is_not_are_refused()
    {
        Should.Throw<StartupException>(() => DpuHost.ReadOptions(new ServeRequest("/no/such/file.conf", [], null, null))).Message.ShouldContain("/no/such/file.conf");
        Should.Throw<StartupException>(() => DpuHost.ReadOptions(new ServeRequest(null, [], null, null, "emperor"))).Message.ShouldContain("emperor");
    }

    [Fact]
    public void A_wrong_override_is_refused_with_its_key()
    {
        var error = Should.Throw<StartupException>(() => DpuHost.ReadOptions(Request("") with { Overrides = [new("dpu.http.port", "x")] }));
        error.ExitCode.ShouldBe(2);
        error.Message.ShouldContain("dpu.http.port");
    }

    private ServeRequest Request(string text) => new(_folder.File("own.conf", text), [], null, null);

    private DpuOptions Read(string text) => Read(Request(text));

    private static DpuOptions Read(ServeRequest request) => DpuOptionsReader.Read(EffectiveConfiguration.Load(request), Machine);

    private string Refusal(string text)
    {
        var error = Should.Throw<StartupException>(() => DpuHost.ReadOptions(Request(text)));
        error.ExitCode.ShouldBe(2);
        return error.Message;
    }
}
