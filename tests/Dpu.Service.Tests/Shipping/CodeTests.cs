using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Shipping;

[Collection(SharedDpu.Name)]
public sealed class CodeTests(RunningDpu dpu)
{
    private static readonly byte[] Noise = ZipBytes.Of(
        ZipItem.Of("bin/noise", "#!/bin/sh\necho shipped > noise.txt\nenv | sort\ncat \"$HOME/.awe/Environment.cfg\" || :\n").With(item => item.Mode = 0x81ED),
        ZipItem.Of("recipes/noise.conf", "dpu.recipes.Noise { command = [noise] }\n"));

    [Fact]
    public async Task Shipped_code_runs_for_its_own_job_only()
    {
        var before = await NoiseOfAsync(new JobSubmission("Noise", []));
        var shipped = await NoiseOfAsync(new JobSubmission("Noise", []) { Code = await ShipAsync(Noise) });
        var after = await NoiseOfAsync(new JobSubmission("Noise", []));

        before.ShouldBe("released");
        shipped.ShouldBe("shipped");
        after.ShouldBe("released");
    }

    [Fact]
    public async Task What_it_made_says_with_which_code_and_is_for_its_user_alone()
    {
        var code = await ShipAsync(Noise);
        var job = await dpu.RunAsync(new JobSubmission("Noise", []) { Code = code });

        (await dpu.Client.GetResultsAsync(job.JobId, CancellationToken.None)).ShouldHaveSingleItem().CodeSha256.ShouldBe(code.Sha256);
        (await dpu.Client.GetJobAsync(job.JobId, tasks: false, CancellationToken.None)).CodeSha256.ShouldBe(code.Sha256);
        var file = (await dpu.Client.FindFilesAsync("type=noise", CancellationToken.None)).Single(file => file.Task == $"{job.JobId}/0/1");
        file.CodeSha256.ShouldBe(code.Sha256);
        (await dpu.Client.GetProvenanceAsync(file.Id, up: true, CancellationToken.None)).File.CodeSha256.ShouldBe(code.Sha256);
    }

    [Fact]
    public async Task Its_tasks_find_the_tree_and_the_settings_and_no_secret()
    {
        var settings = new SubmittedSettings(
            new Dictionary<string, string> { ["PROJECT"] = "8,6 \"north\"", ["DB_PASSWORD"] = "hunter2", ["LD_PRELOAD"] = "/tmp/evil.so", ["DPU_JOB"] = "1" },
            "[global]\nproject : KIDS\ndatabase_password : hunter2\n");
        var code = await ShipAsync(Noise);

        var accepted = await dpu.Client.SubmitAsync(new JobSubmission("Noise", []) { Code = code, Settings = settings }, IdempotencyKey.Create(), CancellationToken.None);
        (await dpu.EndOfAsync(accepted.JobId)).Status.ShouldBe("FINISHED");

        var lines = await LinesOfAsync(accepted.JobId);
        lines.ShouldContain("PROJECT=8,6 \"north\"");
        lines.ShouldContain($"DPU_CODE_SHA256={code.Sha256}");
        lines.ShouldContain($"DPU_JOB={accepted.JobId}");
        lines.ShouldContain("project : KIDS");
        var tree = lines.Single(line => line.StartsWith("DPU_CODE=", StringComparison.Ordinal))["DPU_CODE=".Length..];
        lines.ShouldContain($"AWEPIPE={tree}");
        lines.ShouldContain($"PYTHONPATH={tree}");
        lines.Single(line => line.StartsWith("PATH=", StringComparison.Ordinal)).ShouldStartWith($"PATH={tree}/bin:");
        lines.ShouldAllBe(line => !line.Contains("hunter2") && !line.Contains("evil"));
        var warning = accepted.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain("$DB_PASSWORD");
        warning.ShouldContain("$LD_PRELOAD");
        warning.ShouldContain("database_password of Environment.cfg");
        warning.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Commands_run_with_code_and_settings_too()
    {
        var accepted = await dpu.Client.SubmitAsync(
            new ExecSubmission(["sh", "-c", "command -v noise; cat ~/.awe/Environment.cfg"], Lines: ["a", "b"]) { Code = await ShipAsync(Noise), Settings = new SubmittedSettings(Configuration: "x : 1\n") },
            IdempotencyKey.Create(),
            CancellationToken.None);

        (await dpu.EndOfAsync(accepted.JobId)).Counts.N.ShouldBe(2);
        var lines = await LinesOfAsync(accepted.JobId);
        lines.Count(line => line == "x : 1").ShouldBe(2);
        lines.Count(line => line.EndsWith("/bin/noise", StringComparison.Ordinal) && line.Contains("/trees/")).ShouldBe(2);
    }

    [Fact]
    public async Task A_version_has_its_own_recipes_and_programs()
    {
        var developed = await dpu.RunAsync(new JobSubmission("Noise", [], Version: "develop"));
        var usual = await dpu.RunAsync(new JobSubmission("Noise", [], Version: "master"));

        (await LinesOfAsync(developed.JobId)).ShouldContain(line => line.StartsWith("version developed /") && line.EndsWith("/develop/bin/marker"));
        (await LinesOfAsync(usual.JobId)).ShouldContain("version  ");
        (await dpu.Client.GetJobAsync(developed.JobId, tasks: false, CancellationToken.None)).Version.ShouldBe("develop");
        (await dpu.Client.GetJobAsync(usual.JobId, tasks: false, CancellationToken.None)).Version.ShouldBeNull();
    }

    [Fact]
    public async Task An_unknown_version_is_refused_with_the_nearest_one()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Noise","arguments":[],"version":"develp"}""");

        (await answer.ProblemAsync(422, "unknown-version")).Errors!.ShouldHaveSingleItem().Suggestion.ShouldBe("develop");
    }

    [Fact]
    public async Task A_retry_is_checked_against_the_recipes_that_the_job_was_submitted_with()
    {
        var code = await ShipAsync(ZipBytes.Of(
            ZipItem.Of("bin/mine", "#!/bin/sh\necho \"got $*\"\n").With(item => item.Mode = 0x81ED),
            ZipItem.Of("recipes.conf", "dpu.recipes.Mine { command = [mine], options { level { short = l, type = integer, default = 1, help = \"level\" } } }")));
        var job = await dpu.RunAsync(new JobSubmission("Mine", ["-l", "2"]) { Code = code });
        job.Status.ShouldBe("FINISHED");

        await dpu.Client.RetryAsync(job.JobId, new RetryRequest(Set: ["level=7"]), IdempotencyKey.Create(), CancellationToken.None);

        (await dpu.EndOfAsync(job.JobId)).Status.ShouldBe("FINISHED");
        (await LinesOfAsync(job.JobId)).ShouldContain("got --level 7");
        using var plain = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Mine","arguments":[]}""");
        await plain.ProblemAsync(422, "unknown-recipe");
    }

    [Theory]
    [InlineData("recipes/mine.conf", "dpu.recipes.Mine {\n  command = [x]\n  comand = [y]\n}", "recipes/mine.conf:3")]
    [InlineData("recipes/mine.conf", "dpu.recipes.Mine {\n  command = [x\n", "recipes/mine.conf")]
    [InlineData("recipes.conf", "\ndpu.data = /tmp", "recipes.conf:2")]
    [InlineData("recipes.conf", "dpu.recipes.versions.mine { path = /tmp }", "versions cannot stand here")]
    [InlineData("recipes.conf", "dpu.recipes.Noise.command = [${HOME}]", "HOME")]
    [InlineData("recipes.conf", "include \"/etc/passwd\"", "recipes.conf:1")]
    [InlineData("recipes.conf", "include file(\"/etc/passwd\")", "recipes.conf:1")]
    [InlineData("recipes.conf", "include required(file(\"../../dpu.db\"))", "recipes.conf:1")]
    [InlineData("recipes.conf", "a1 = [0,0,0,0,0,0,0,0], a2 = [${a1},${a1},${a1},${a1}], a3 = [${a2},${a2},${a2},${a2}], a4 = [${a3},${a3},${a3},${a3}], a5 = [${a4},${a4},${a4},${a4}], a6 = [${a5},${a5},${a5},${a5}], a7 = [${a6},${a6},${a6},${a6}], a8 = [${a7},${a7},${a7},${a7}]", "shipped recipes are wrong")]
    [InlineData("recipes.conf", "dpu.pipelines.P { query { command = [/bin/sh, -c, id] }, steps { a { recipe = Noise } } }", "quer")]
    public async Task Broken_recipes_are_refused_at_the_door(string file, string text, string said)
    {
        var code = await ShipAsync(ZipBytes.Of(ZipItem.Of(file, text), ZipItem.Of("x")));

        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), $$$"""{"sequence":"Noise","arguments":[],"code":{"sha256":"{{{code.Sha256}}}"}}""");

        var problem = await answer.ProblemAsync(422, "bad-recipes");
        problem.Detail!.ShouldContain(said);
        problem.Detail!.ShouldNotContain("root:");
    }

    [Fact]
    public async Task Bringing_it_again_is_the_same_and_two_at_once_are_one()
    {
        var bytes = ZipBytes.Of(ZipItem.Of("a", Guid.NewGuid().ToString()));
        var sha256 = Sha256Of(bytes);
        using var head = await dpu.Owner.SendAsync(new HttpRequestMessage(HttpMethod.Head, dpu.At($"/code/{sha256}")));
        head.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PutAsync(sha256, bytes)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(7);
        using var again = await dpu.Owner.SendAsync(new HttpRequestMessage(HttpMethod.Head, dpu.At($"/code/{sha256}")));
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var info = (await dpu.Client.FindCodeAsync(sha256, CancellationToken.None)).ShouldNotBeNull();
        (info.Files, info.SizeBytes, info.UnpackedBytes).ShouldBe((1, bytes.Length, 36));
        Leftovers().ShouldBeEmpty();
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task What_arrives_otherwise_than_announced_is_refused_and_nothing_of_it_stays()
    {
        var bytes = ZipBytes.Of(ZipItem.Of("a", Guid.NewGuid().ToString()));
        using var cut = await PutAsync(Sha256Of(bytes), bytes[..^3]);
        await cut.ProblemAsync(422, "wrong-digest");
        using var other = await PutAsync(new string('0', 64), bytes);
        await other.ProblemAsync(422, "wrong-digest");
        using var upper = await PutAsync(Sha256Of(bytes).ToUpperInvariant(), bytes);
        await upper.ProblemAsync(422, "bad-sha256");
        using var path = await PutAsync("..%2F..%2Fetc", bytes);
        await path.ProblemAsync(422, "bad-sha256");
        var hostile = ZipBytes.Of(ZipItem.Of("../x"));
        using var refused = await PutAsync(Sha256Of(hostile), hostile);
        (await refused.ProblemAsync(422, "bad-archive")).Detail!.ShouldContain("'../x', which leads out of its folder");
        var long_ = ZipBytes.Of(ZipItem.Of("a", new string('x', 300 << 10)));
        using var tooLong = await PutAsync(Sha256Of(long_), long_);
        (await tooLong.ProblemAsync(413, "too-large")).Detail!.ShouldContain("dpu.code.size-max");
        using var unannounced = await PutAsync(Sha256Of(long_), long_, chunked: true);
        await unannounced.ProblemAsync(413, "too-large");

        Leftovers().ShouldBeEmpty();
        (await dpu.Client.FindCodeAsync(Sha256Of(hostile), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_connection_that_breaks_leaves_nothing()
    {
        var bytes = ZipBytes.Of(ZipItem.Of("a", Guid.NewGuid().ToString()));
        using (var socket = new System.Net.Sockets.TcpClient(dpu.Host.Address.Host, dpu.Host.Address.Port))
        {
            var head = $"PUT /api/v1/code/{Sha256Of(bytes)} HTTP/1.1\r\nHost: {dpu.Host.Address.Authority}\r\nAuthorization: {dpu.Owner.DefaultRequestHeaders.Authorization}\r\nContent-Length: {bytes.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await socket.GetStream().WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            while (Leftovers().Count == 0)
            {
                await Task.Yield();
            }
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Leftovers().Count > 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        (await dpu.Client.FindCodeAsync(Sha256Of(bytes), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Code_that_nobody_brought_is_refused()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), $$$"""{"sequence":"Noise","arguments":[],"code":{"sha256":"{{{new string('1', 64)}}}"}}""");
        await answer.ProblemAsync(422, "unknown-code");
        using var broken = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["true"],"code":{"sha256":"../../dpu.db"}}""");
        await broken.ProblemAsync(422, "unknown-code");
        using var nothing = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["true"],"code":{}}""");
        await nothing.ProblemAsync(422, "unknown-code");
        using var visitor = await dpu.Visitor.PutAsync(dpu.At($"/code/{new string('1', 64)}"), new ByteArrayContent([1]));
        await visitor.ProblemAsync(401, "token-needed");
    }

    [Fact]
    public async Task The_same_submission_with_other_code_is_another_one()
    {
        var key = IdempotencyKey.Create();
        await dpu.Client.SubmitAsync(new JobSubmission("Noise", []) { Code = await ShipAsync(Noise) }, key, CancellationToken.None);

        await Should.ThrowAsync<DpuRefusedException>(() => dpu.Client.SubmitAsync(new JobSubmission("Noise", []), key, CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"variables":{"a b":"x"}}""", "no name of a variable")]
    [InlineData("""{"variables":{"1A":"x"}}""", "no name of a variable")]
    [InlineData("""{"variables":{"A":null}}""", "holds nothing")]
    [InlineData("""{"configuration":"a\u0000b"}""", "NUL")]
    public async Task Settings_that_are_none_are_refused(string settings, string said)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), $$$"""{"command":["true"],"settings":{{{settings}}}}""");

        (await answer.ProblemAsync(422, "bad-settings")).Detail!.ShouldContain(said);
    }

    private static string Sha256Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [Fact]
    public async Task What_it_can_run_and_with_what_is_told_to_whoever_brought_it()
    {
        var code = await ShipAsync(ZipBytes.Of(ZipItem.Of("recipes/own.conf", "dpu.recipes.Own { command = [sh], options { depth { type = integer, default = 3 } } }\n")));
        using var list = await dpu.Owner.GetAsync(dpu.At($"/sequences?code={code.Sha256}"));
        (await list.JsonAsync())[0].GetProperty("name").GetString().ShouldBe("Own");
        using var options = await dpu.Owner.GetAsync(dpu.At($"/sequences/Own%3ENoise/options?code={code.Sha256}"));
        (await options.JsonAsync()).GetProperty("steps")[0].GetProperty("options")[0].GetProperty("long").GetString().ShouldBe("depth");

        using var released = await dpu.Owner.GetAsync(dpu.At("/sequences/Own/options"));
        await released.ProblemAsync(422, "unknown-recipe");
        using var visitor = await dpu.Visitor.GetAsync(dpu.At($"/sequences?code={code.Sha256}"));
        await visitor.ProblemAsync(403, "not-allowed");
        using var version = await dpu.Visitor.GetAsync(dpu.At("/sequences/Noise/options?version=devlop"));
        (await version.ProblemAsync(422, "unknown-version")).Detail!.ShouldContain("did you mean 'develop'?");
        using var developed = await dpu.Visitor.GetAsync(dpu.At("/sequences/Noise/options?version=develop"));
        (await developed.JsonAsync()).GetProperty("sequence").GetString().ShouldBe("Noise");
    }

    [Fact]
    public async Task What_of_settings_would_go_along_is_told_without_what_is_kept_back()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/settings"), """{"variables":{"PROJECT":"KIDS","DB_PASSWORD":"hunter2"},"configuration":"project : KIDS\ndatabase_password : hunter2"}""");
        var text = (await answer.JsonAsync()).GetRawText();
        text.ShouldContain("project : KIDS");
        text.ShouldContain("$DB_PASSWORD");
        text.ShouldNotContain("hunter2");
        using var broken = await dpu.Owner.PostAsync(dpu.At("/settings"), """{"variables":{"1":"x"}}""");
        await broken.ProblemAsync(422, "bad-settings");
    }

    private async Task<CodeReference> ShipAsync(byte[] archive)
    {
        using var stream = new MemoryStream(archive);
        return new CodeReference((await dpu.Client.UploadCodeAsync(Sha256Of(archive), stream, CancellationToken.None)).Sha256);
    }

    private async Task<HttpResponseMessage> PutAsync(string sha256, byte[] bytes, bool chunked = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, dpu.At($"/code/{sha256}")) { Content = new ByteArrayContent(bytes) };
        request.Headers.TransferEncodingChunked = chunked;
        return await dpu.Owner.SendAsync(request);
    }

    private IReadOnlyList<string> Leftovers() => Directory.GetFiles(Path.Combine(dpu.Host.DataDirectory, "code"), "*.arriving");

    private async Task<string> NoiseOfAsync(JobSubmission submission)
    {
        var job = await dpu.RunAsync(submission);
        job.Status.ShouldBe("FINISHED");
        var file = (await dpu.Client.GetResultsAsync(job.JobId, CancellationToken.None)).ShouldHaveSingleItem();
        return (await File.ReadAllTextAsync(file.Path)).Trim();
    }

    private async Task<IReadOnlyList<string>> LinesOfAsync(int job)
    {
        var lines = new List<string>();
        await foreach (var line in dpu.Client.GetLogsAsync(job, null, CancellationToken.None))
        {
            lines.Add(line.Text);
        }

        return lines;
    }
}
