using System.Globalization;
using System.Runtime.CompilerServices;
using Dpu.Client.Addressing;
using Dpu.Client.Contracts;
using Dpu.Client.Shipping;

namespace Dpu.Client.Prompt;

/// <summary>
/// The <c>Processor</c> of the field's Python prompt for C#: the same methods, async. Submissions, status, cancelling and waiting go through the thin client actor (<see cref="DpuClient"/>), the rest
/// through <see cref="DpuHttpClient"/>.
/// </summary>
/// <remarks>
/// Every method throws <see cref="DpuUnreachableException"/>, <see cref="DpuNotAllowedException"/> or <see cref="DpuRefusedException"/> when it does not get what it asked for, and
/// <see cref="OperationCanceledException"/>. A job that was submitted runs on when the waiting for it is given up. Safe for use by several threads but for <see cref="SelectDpuAsync"/>.
/// </remarks>
public sealed class Processor : IAsyncDisposable
{
    private const int JobsMax = 10_000;

    private readonly Func<Uri, DpuClientOptions> _optionsFor;
    private readonly Func<string, string?> _variable;
    private readonly TextWriter _messages;
    private readonly TimeProvider _time;
    private DpuHttpClient _http;
    private DpuClient _client;

    /// <summary>A client of the DPU that a name, an address, <c>DPU_NAME</c> or <c>dpu_name</c> of <c>~/.awe/Environment.cfg</c> means. Nothing is asked of it before the first call.</summary>
    /// <param name="dpu">A name of the list in <c>~/.dpu/client.conf</c>, or an address; null for what is usual for this user.</param>
    /// <param name="messages">Where the lines go that the prompt prints; null for nowhere.</param>
    /// <param name="options">How a DPU at an address is reached; null for what is usual.</param>
    /// <param name="variable">Reads environment variables; null for this process's own.</param>
    /// <exception cref="UnknownDpuException">There is no such DPU.</exception>
    public Processor(string? dpu = null, TextWriter? messages = null, Func<Uri, DpuClientOptions>? options = null, Func<string, string?>? variable = null)
    {
        _variable = variable ?? Environment.GetEnvironmentVariable;
        _messages = TextWriter.Synchronized(messages ?? TextWriter.Null);
        _optionsFor = options ?? (address => new DpuClientOptions { Address = address });
        var found = _optionsFor(AddressResolver.Resolve(dpu, _variable));
        _time = found.Time;
        _http = new DpuHttpClient(found);
        _client = new DpuClient(_http);
    }

    /// <summary>Where the selected DPU listens.</summary>
    public Uri Address => _http.Address;

    /// <summary>Submits a sequence of recipes, once however often its answer is lost.</summary>
    /// <param name="sequence">Recipes chained with <c>&gt;</c>.</param>
    /// <param name="recipeOptions">The recipes' options by long or short name: texts, numbers, dates, truth values, lists, dictionaries of names and objects; null means "not given".</param>
    /// <param name="options">What else; null for what is usual.</param>
    /// <param name="ct">Gives up; whether the job was accepted is not known then.</param>
    /// <exception cref="ArgumentException">An option's value is of a kind that no option has.</exception>
    /// <exception cref="CodeTreeException">The code cannot be shipped.</exception>
    public async Task<JobAccepted> RunAsync(string sequence, IReadOnlyDictionary<string, object?>? recipeOptions, RunOptions? options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var (given, own) = (recipeOptions ?? new Dictionary<string, object?>(), options ?? RunOptions.Usual);
        var values = OptionValues.AsJson(given);
        Say($"Calling: Processor.run({OptionValues.Shown(sequence, given)})");
        var submission = new JobSubmission(sequence, [], values, own.Time?.TotalSeconds, own.MemoryBytes, own.Version, own.Priority, own.Tags)
        {
            Code = own.SendCode is null ? null : await ShipAsync(own.SendCode, ct),
            Settings = own.Settings,
        };
        var accepted = await _client.SubmitAsync(submission, IdempotencyKey.Create(), ct);
        Say(string.Create(CultureInfo.InvariantCulture, $"Estimated process time : {Math.Ceiling(accepted.EstimatedSeconds)} seconds"));
        Say(string.Create(CultureInfo.InvariantCulture, $"Sending job with identifier {accepted.JobId} to DPU"));
        return accepted;
    }

    /// <summary>The identifiers of the caller's jobs, oldest first.</summary>
    public async Task<IReadOnlyList<int>> GetJobIdsAsync(CancellationToken ct) =>
        [.. (await _client.GetStatusAsync(new JobQuery { Limit = JobsMax }, ct)).Select(job => job.JobId).Order()];

    /// <summary>How jobs are: these, or, without any, the caller's newest ones; oldest first. A line each goes to the messages.</summary>
    public async Task<IReadOnlyList<JobSummary>> GetStatusAsync(IReadOnlyList<int>? jobIds, CancellationToken ct)
    {
        var found = await _client.GetStatusAsync(new JobQuery { Ids = jobIds ?? [] }, ct);
        IReadOnlyList<JobSummary> jobs = [.. found.OrderBy(job => job.JobId)];
        foreach (var job in jobs)
        {
            Say(ProcessorWords.Status(job));
        }

        return jobs;
    }

    /// <summary>The lines that a job has printed so far.</summary>
    public async IAsyncEnumerable<LogLine> GetLogsAsync(int jobId, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var line in _http.GetLogsAsync(jobId, null, ct))
        {
            yield return line;
        }
    }

    /// <summary>The main objects that a job made; without <paramref name="committedOnly"/> also those that later jobs do not find.</summary>
    public async Task<IReadOnlyList<FileRecord>> GetJobResultAsync(int jobId, bool committedOnly, CancellationToken ct) =>
        [.. (await _http.GetResultsAsync(jobId, ct)).Where(file => file.Main && (file.Committed || !committedOnly))];

    /// <summary>Copies an object to a stream, as it is stored or in another form.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="format"><c>fits</c>, <c>votable</c>, <c>npy</c> or <c>png</c>; null for what is stored.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The SHA-256 that the bytes must have, in hexadecimal; null when the DPU does not tell it.</returns>
    public Task<string?> DownloadAsync(FileRecord file, string? format, Stream destination, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _http.DownloadAsync(file.Id, format, destination, ct);
    }

    /// <summary>Cancels a job as long as it is not running; with <paramref name="force"/> also one that runs. A refusal has the code <c>running</c>.</summary>
    public Task<JobSummary> CancelJobAsync(int jobId, bool force, CancellationToken ct) => _client.CancelAsync(jobId, force, ct);

    /// <summary>Waits until a job has ended, over lost connections and restarts of the DPU; its status line goes to the messages.</summary>
    /// <param name="jobId">Which job.</param>
    /// <param name="progress">Told its status now and at each change; may be null.</param>
    /// <param name="ct">Gives up the waiting; the job goes on.</param>
    public async Task<JobSummary> WaitAsync(int jobId, IProgress<JobSummary>? progress, CancellationToken ct)
    {
        JobSummary? last = null;
        await foreach (var job in _client.WatchAsync(jobId, ct))
        {
            last = job;
            progress?.Report(job);
        }

        Say(ProcessorWords.Status(last!));
        return last!;
    }

    /// <summary>Why a job waits, failed, was tried again or is slow.</summary>
    public Task<JobExplanation> ExplainAsync(int jobId, CancellationToken ct) => _http.ExplainAsync(jobId, ct);

    /// <summary>The names of the DPUs of the user's list, and the address of the selected one where it is in none.</summary>
    public IReadOnlyList<string> GetDpuIdentifiers() => [.. Known().Select(dpu => dpu.Names[0])];

    /// <summary>The same with their addresses, a line each; the selected one is marked.</summary>
    public IEnumerable<string> DescribeDpus() => Known().Select(dpu => $"{(dpu.Address == Address ? "*" : " ")} {dpu.Names[0]} : {dpu.Address.GetLeftPart(UriPartial.Authority)}");

    /// <summary>Uses another DPU from now on: a name of the list, an alias, or an address. Calls that are under way fail.</summary>
    /// <exception cref="UnknownDpuException">There is no such DPU.</exception>
    public async Task SelectDpuAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var options = _optionsFor(AddressResolver.Resolve(name, _variable));
        await DisposeAsync();
        _http = new DpuHttpClient(options);
        _client = new DpuClient(_http);
    }

    /// <summary>The names of what can be run, in the order in which the DPU lists it.</summary>
    public async Task<IReadOnlyList<string>> GetSequenceIdentifiersAsync(CancellationToken ct) => [.. (await DescribeSequencesAsync(ct)).Select(sequence => sequence.Name)];

    /// <summary>What can be run, with what it does.</summary>
    public Task<IReadOnlyList<SequenceInfo>> DescribeSequencesAsync(CancellationToken ct) => _http.GetSequencesAsync(ct);

    /// <summary>For each recipe of a sequence the names of its options: short ones, then long ones.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> GetSequenceOptionsAsync(string sequence, CancellationToken ct) =>
        [.. (await _http.GetOptionsAsync(sequence, ct)).Steps.Select(ProcessorWords.OptionNames)];

    /// <summary>The options of each recipe of a sequence with their defaults, in the words of the prompt.</summary>
    public async Task<IReadOnlyList<string>> DescribeSequenceOptionsAsync(string sequence, CancellationToken ct) =>
        [.. (await _http.GetOptionsAsync(sequence, ct)).Steps.SelectMany(ProcessorWords.Options)];

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _http.Dispose();
    }

    private async Task<CodeReference> ShipAsync(string folder, CancellationToken ct)
    {
        using var package = CodePacker.Pack(folder, ct);
        if (await _http.FindCodeAsync(package.Sha256, ct) is null)
        {
            await _http.UploadCodeAsync(package.Sha256, package.Archive, ct);
        }

        return new CodeReference(package.Sha256);
    }

    private List<KnownDpu> Known()
    {
        var known = ClientConfiguration.Read(_variable("HOME") ?? "").ToList();
        if (!known.Exists(dpu => dpu.Address == Address))
        {
            known.Add(new KnownDpu([Address.GetLeftPart(UriPartial.Authority)], Address));
        }

        return known;
    }

    private void Say(string message) => _messages.WriteLine(ProcessorWords.Stamped(message, Environment.MachineName, _time.GetLocalNow()));
}
