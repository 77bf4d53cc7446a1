using System.Net;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>A service whose file is changed under it.</summary>
public sealed class ReloadTests : IAsyncLifetime, IDisposable
{
    private const string Before = """
        dpu {
          name = test-dpu
          node { name = here, cpus = 4, memory = 8 GiB }
          service { log-level = Information, stop-grace = 0 s }
          recipes.Old { command = [sh, -c, ":"] }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private DpuHost _host = null!;
    private DpuHttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder.At("data"), _folder.File("site.conf", Before));
        _client = new DpuHttpClient(new DpuClientOptions { Address = _host.Address });
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_written_now_holds_and_what_changed_is_told()
    {
        (await ReloadAsync()).ShouldBeEmpty();
        (await Should.ThrowAsync<DpuRefusedException>(() => PlanAsync("Needy"))).Problem.Detail!.ShouldContain("Needy");

        Write("""
            dpu.recipes.Needy { command = [sh, -c, ":"], node-tags = [gpu] }
            dpu.recipes.Old.resources.memory = 1 GiB
            dpu.node.tags = [gpu]
            dpu.scheduling.recipe-limits.Old = 3
            dpu.http.waiting-max = 7
            """);
        (await ReloadAsync()).ShouldBe(
        [
            "needs a restart: http.waiting-max: 1000 → 7",
            "node.tags: [] → [\"gpu\"]",
            "scheduling.recipe-limits.Old: nothing → 3",
            "recipes.Old.resources.memory: nothing → 1 GiB",
            "+ recipe Needy",
        ], ignoreOrder: true);
        (await PlanAsync("Needy")).Steps.ShouldHaveSingleItem().Tasks.ShouldBe(1);
        (await EndOfAsync("Needy")).ShouldBe("FINISHED", "its node has the tag");
        (await _client.GetSequencesAsync(CancellationToken.None)).ShouldContain(sequence => sequence.Name == "Needy");

        // What still waits for a restart is told again; what holds is not.
        (await ReloadAsync()).ShouldBe(["needs a restart: http.waiting-max: 1000 → 7"]);
        Write("");
        (await ReloadAsync()).ShouldContain("- recipe Needy");
        await Should.ThrowAsync<DpuRefusedException>(() => PlanAsync("Needy"));
    }

    [Theory]
    [InlineData("dpu.recipes.New { command = [sh] \n", "site.conf:")]
    [InlineData("dpu.recipes.New { command = [sh] }\ndpu.http.prot = 1\n", "site.conf:8:")]
    [InlineData("dpu.recipes.New { command = [sh], inputs { x { nonsense = 1 } } }\n", "site.conf:7:")]
    public async Task A_broken_file_is_refused_with_its_place_and_nothing_changes(string added, string says)
    {
        Write(added);

        var refused = await Should.ThrowAsync<DpuRefusedException>(() => _client.ReloadAsync(CancellationToken.None));
        refused.Problem.Status.ShouldBe((int)HttpStatusCode.UnprocessableEntity);
        refused.Problem.Code.ShouldBe("bad-configuration");
        refused.Problem.Errors!.ShouldHaveSingleItem().Message.ShouldContain(says);
        await Should.ThrowAsync<DpuRefusedException>(() => PlanAsync("New"));
        (await PlanAsync("Old")).Steps.ShouldHaveSingleItem().Tasks.ShouldBe(1);

        Write("");
        (await ReloadAsync()).ShouldBeEmpty("nothing of it was taken over");
    }

    [Fact]
    public async Task A_visitor_may_not()
    {
        using var visitor = new HttpClient();
        using var answer = await visitor.PostAsync(new Uri(_host.Address, "/api/v1/reload"), new StringContent("{}"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private void Write(string added) => _folder.File("site.conf", $"{Before}\n{added}");

    private async Task<IEnumerable<string>> ReloadAsync() => (await _client.ReloadAsync(CancellationToken.None)).Changes.Select(change => change.Text);

    private Task<PlanPreview> PlanAsync(string recipe) => _client.PreviewAsync(new JobSubmission(recipe, []), CancellationToken.None);

    private async Task<string> EndOfAsync(string recipe)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var accepted = await _client.SubmitAsync(new JobSubmission(recipe, []), IdempotencyKey.Create(), limit.Token);
        JobSummary? last = null;
        await foreach (var summary in _client.WatchJobAsync(accepted.JobId, limit.Token))
        {
            last = summary;
        }

        return last!.Status;
    }
}
