using System.Net.Http.Headers;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Ingest;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>
/// A service with several users, and what they made: jolien has a job and files of her own that nobody else may know of, ewout one for his project. Whatever is jolien's holds
/// <see cref="Secret"/> somewhere, so that a leak through any door can be searched for.
/// </summary>
public sealed class PeopledDpu : IAsyncLifetime, IDisposable
{
    public const string Secret = "xyzzy";
    public const string Chip = "ccd7";

    /// <summary>Of five kinds of callers; the last is the service's own user.</summary>
    public static readonly string[] Callers = ["visitor", "zoe", "mia", "jolien", "operator"];

    private static readonly Dictionary<string, Caller> Users = new(StringComparer.Ordinal)
    {
        ["zoe"] = new("zoe", UserType.Developer, ["common"]),
        ["mia"] = new("mia", UserType.Developer, ["common", "KIDS"]),
        ["jolien"] = new("jolien", UserType.Developer, ["common", "KIDS"]),
        ["ewout"] = new("ewout", UserType.Developer, ["common", "KIDS"]),
        ["one"] = new("one", UserType.Standard, ["common"]),
        ["two"] = new("two", UserType.Steering, ["common"]),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, HttpClient> _raw = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DpuHttpClient> _clients = new(StringComparer.Ordinal);
    private DpuHost? _host;

    public DpuHost Host => _host ?? throw new InvalidOperationException("The service was not started.");

    /// <summary>Jolien's, in MyDB of project KIDS: it copied the raw frame, committed what it made, and waits for nothing.</summary>
    public int PrivateJob { get; private set; }

    public FileRecord PrivateFile { get; private set; } = null!;

    /// <summary>Ewout's, for the members of project KIDS.</summary>
    public int ProjectJob { get; private set; }

    public FileRecord ProjectFile { get; private set; } = null!;

    public string RawId { get; private set; } = "";

    public Uri At(string path) => new(Host.Address, "/api/v1" + path);

    /// <summary>Raw requests of a caller: a user's name, <c>visitor</c> or <c>operator</c>.</summary>
    public HttpClient As(string caller) => _raw[caller];

    public DpuHttpClient ClientOf(string caller) => _clients[caller];

    public async Task InitializeAsync()
    {
        // Where the service is root its users' tasks run as users of their own, who must get to their work directories.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        _host = await DpuHost.StartAsync(
            TestHost.Request(_folder.At("data"), _folder.File("test.conf", Configuration)),
            TestHost.Seams,
            CancellationToken.None);
        var own = (await File.ReadAllTextAsync(_host.TokenPath)).Trim();
        Connect("visitor", null);
        Connect("operator", own);
        foreach (var (name, user) in Users)
        {
            await ClientOf("operator").AddUserAsync(new UserRequest(name, Rights.TextOf(user.Type), [.. user.Projects.Remove(WorkContext.CommonProject)], null, null), CancellationToken.None);
            var key = await ClientOf("operator").CreateKeyAsync(new KeyRequest("user", Reusable: false, ExpiresInSeconds: null, Note: null) { User = name }, CancellationToken.None);
            Connect(name, key.Line!);
        }

        var frame = Frames.Write(_folder.At("raw"), "frame.fits", header => header.Set("CCD", Chip));
        RawId = (await ClientOf("operator").IngestAsync([frame], CancellationToken.None)).Registered.Single().Id;
        (ProjectJob, ProjectFile) = await CopyAsync("ewout", "project", "open");
        (PrivateJob, PrivateFile) = await CopyAsync("jolien", "mydb", Secret);
    }

    private void Connect(string caller, string? token)
    {
        var raw = new HttpClient();
        raw.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        _raw.Add(caller, raw);
        _clients.Add(caller, new DpuHttpClient(new DpuClientOptions { Address = Host.Address, Token = _ => token }));
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    public void Dispose()
    {
        _raw.Values.ToList().ForEach(client => client.Dispose());
        _clients.Values.ToList().ForEach(client => client.Dispose());
        _folder.Dispose();
    }

    /// <summary>The main product of a copy of the raw frame, once it is there.</summary>
    public async Task<(int Job, FileRecord File)> CopyAsync(string user, string privileges, string word)
    {
        var submission = new JobSubmission("Copy", ["-i", "WFI", "-c", Chip, "-w", word, "-C"], Tags: [word], Campaign: new CampaignPlace(word, word)) { Project = "KIDS", Privileges = privileges };
        var job = await RunAsync(user, submission);
        return (job, (await ClientOf(user).GetResultsAsync(job, CancellationToken.None)).Single());
    }

    public async Task<int> RunAsync(string user, JobSubmission submission)
    {
        var job = (await ClientOf(user).SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None)).JobId;
        await EndAsync(user, job);
        return job;
    }

    public async Task EndAsync(string user, int job)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JobSummary? last = null;
        await foreach (var summary in ClientOf(user).WatchJobAsync(job, limit.Token))
        {
            last = summary;
        }

        if (last?.Status != "FINISHED")
        {
            var shown = await ClientOf("operator").GetJobAsync(job, tasks: true, CancellationToken.None);
            throw new InvalidOperationException($"Job {job} ended {last?.Status}: {shown.Tasks?[0].Message} {string.Join('|', shown.Tasks?[0].LastLines ?? [])}");
        }
    }

    private const string Configuration = """"
        dpu {
          name = people
          node { name = here, cpus = 4, memory = 8 GiB }
          task.kill-grace = 1 s
          service { log-level = Warning, stop-grace = 0 s }
          recipes {
            Copy {
              command = [sh, -c, """
                path=$(sed -n 's/.*"path": "\(.*\)",*/\1/p' task.json | head -n 1)
                word=$(sed -n 's/.*"word": "\(.*\)",*/\1/p' task.json | head -n 1)
                echo "the word is $word"
                cp "$path" "$word.fits"
                printf '{"outputs": [{"name": "copy", "path": "%s.fits", "type": "copied", "metadata": {"word": "%s"}}]}' "$word" "$word" > results.json
                """]
              options {
                instrument { short = i, type = string, required = true, help = "instrument", select = { input = raw, key = instrument } }
                chip       { short = c, type = string, default = "", help = "chip", select = { input = raw, key = chip } }
                word       { short = w, type = string, default = "", help = "a word" }
                commit     { short = C, type = flag, default = false, help = "let later jobs find it" }
              }
              inputs { raw { type = raw-bias } }
              outputs { copy { type = copied, pattern = "*.fits", main = true } }
            }
            Again {
              command = [sh, -c, "cat task.json > /dev/null"]
              options {
                word  { short = w, type = string, default = "", help = "a word", select = { input = copies, key = word } }
                names { short = n, type = list, default = [], help = "files by name", select = { input = copies } }
              }
              inputs { copies { type = copied } }
            }
          }
        }
        """";
}

[CollectionDefinition(Name)]
public sealed class SharedPeople : ICollectionFixture<PeopledDpu>
{
    public const string Name = "one DPU with users";
}
