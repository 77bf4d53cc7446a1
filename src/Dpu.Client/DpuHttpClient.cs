using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Client.Http;

namespace Dpu.Client;

/// <summary>
/// The HTTP API of a DPU, one method a call. Every method throws <see cref="DpuUnreachableException"/>, <see cref="DpuNotAllowedException"/> or
/// <see cref="DpuRefusedException"/> when it does not get what it asked for. Safe for use by several threads.
/// </summary>
public sealed class DpuHttpClient : IDisposable
{
    private static readonly ApiJson Json = ApiJson.Default;

    private readonly DpuClientOptions _options;
    private readonly Requests _requests;
    private readonly Streams _streams;
    private readonly Submissions _submissions;

    public DpuHttpClient(DpuClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _requests = new Requests(options);
        _streams = new Streams(_requests, options);
        _submissions = new Submissions(_requests, options);
    }

    public Uri Address => _options.Address;

    public Task<HealthInfo> GetHealthAsync(CancellationToken ct) => _requests.GetAsync("/health", Json.HealthInfo, ct);

    /// <summary>Submits a sequence. When the answer is lost, it is asked for again under the same key, so that there is one job.</summary>
    public Task<JobAccepted> SubmitAsync(JobSubmission submission, string idempotencyKey, CancellationToken ct) =>
        _submissions.SendAsync("/jobs", submission, Json.JobSubmission, Json.JobAccepted, idempotencyKey, ct);

    /// <summary>Submits commands, like <see cref="SubmitAsync(JobSubmission, string, CancellationToken)"/>.</summary>
    public Task<JobAccepted> SubmitAsync(ExecSubmission submission, string idempotencyKey, CancellationToken ct) =>
        _submissions.SendAsync("/exec", submission, Json.ExecSubmission, Json.JobAccepted, idempotencyKey, ct);

    /// <summary>An archive of code that this user brought before; null when he did not.</summary>
    /// <param name="sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<CodeInfo?> FindCodeAsync(string sha256, CancellationToken ct)
    {
        try
        {
            return await _requests.GetAsync($"/code/{Uri.EscapeDataString(sha256)}", Json.CodeInfo, ct);
        }
        catch (DpuRefusedException refused) when (refused.Problem.Code == "unknown-code")
        {
            return null;
        }
    }

    /// <summary>Brings an archive of code, which submissions then name. Again is the same. A zip that holds anything but plain files and folders is refused with code <c>bad-archive</c>.</summary>
    /// <param name="sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
    /// <param name="archive">A zip file, from where it stands to its end; stays its owner's.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<CodeInfo> UploadCodeAsync(string sha256, Stream archive, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return await _requests.PutAsync($"/code/{Uri.EscapeDataString(sha256)}", archive, "application/zip", Json.CodeInfo, _options.IngestTimeout, ct);
    }

    /// <summary>What a submission would become; nothing is run or remembered.</summary>
    public Task<PlanPreview> PreviewAsync(JobSubmission submission, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(submission);
        return _requests.PostAsync("/jobs", submission with { DryRun = true }, Json.JobSubmission, Json.PlanPreview, null, ct);
    }

    /// <summary>What commands would become, like <see cref="PreviewAsync(JobSubmission, CancellationToken)"/>.</summary>
    public Task<PlanPreview> PreviewAsync(ExecSubmission submission, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(submission);
        return _requests.PostAsync("/exec", submission with { DryRun = true }, Json.ExecSubmission, Json.PlanPreview, null, ct);
    }

    /// <summary>Shows a job, and what it makes, to others than before.</summary>
    public Task<JobSummary> ShowToAsync(int jobId, ContextRequest request, CancellationToken ct) =>
        _requests.PostAsync($"/jobs/{Text(jobId)}/context", request, Json.ContextRequest, Json.JobSummary, null, ct);

    /// <summary>Runs the same sequence and options again with released code, like <see cref="SubmitAsync(JobSubmission, string, CancellationToken)"/>.</summary>
    public Task<JobAccepted> RerunAsync(int jobId, RerunRequest request, string idempotencyKey, CancellationToken ct) =>
        _submissions.SendAsync($"/jobs/{Text(jobId)}/rerun", request, Json.RerunRequest, Json.JobAccepted, idempotencyKey, ct);

    /// <summary>What that would become.</summary>
    public Task<PlanPreview> PreviewRerunAsync(int jobId, RerunRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _requests.PostAsync($"/jobs/{Text(jobId)}/rerun", request with { DryRun = true }, Json.RerunRequest, Json.PlanPreview, null, ct);
    }

    public Task<IReadOnlyList<JobSummary>> GetJobsAsync(JobQuery query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _requests.GetAsync("/jobs" + query.ToQueryString(), Json.IReadOnlyListJobSummary, ct);
    }

    /// <param name="jobId">Which job.</param>
    /// <param name="tasks">Whether its tasks come along.</param>
    /// <param name="ct">Gives up.</param>
    public Task<JobDetail> GetJobAsync(int jobId, bool tasks, CancellationToken ct) =>
        _requests.GetAsync($"/jobs/{Text(jobId)}{(tasks ? "?tasks=true" : "")}", Json.JobDetail, ct);

    /// <summary>Why the job waits, failed, was tried again or is slow.</summary>
    public Task<JobExplanation> ExplainAsync(int jobId, CancellationToken ct) =>
        _requests.GetAsync($"/jobs/{Text(jobId)}/explain", Json.JobExplanation, ct);

    /// <summary>The job's status now and at every change, until it has ended. Goes on over lost connections and restarts of the DPU.</summary>
    public IAsyncEnumerable<JobSummary> WatchJobAsync(int jobId, CancellationToken ct) => _streams.WatchJobAsync(jobId, ct);

    /// <summary>The queue as it changes. Begins with <see cref="QueueChange.Outdated"/>, and after a lost connection again. Goes on over restarts of the DPU.</summary>
    /// <param name="all">Everybody's jobs; else the caller's own.</param>
    /// <param name="ct">Ends it.</param>
    public IAsyncEnumerable<QueueChange> WatchQueueAsync(bool all, CancellationToken ct) => _streams.WatchQueueAsync(all, ct);

    /// <summary>The lines that the job has printed so far.</summary>
    /// <param name="jobId">Which job.</param>
    /// <param name="task">One task's lines only.</param>
    /// <param name="ct">Gives up.</param>
    public IAsyncEnumerable<LogLine> GetLogsAsync(int jobId, int? task, CancellationToken ct) => _streams.GetLogsAsync(jobId, task, ct);

    /// <summary>The lines that the job has printed and prints, until it has ended; each once, also over lost connections.</summary>
    public IAsyncEnumerable<LogLine> FollowLogsAsync(int jobId, int? task, CancellationToken ct) => _streams.FollowLogsAsync(jobId, task, ct);

    public Task<IReadOnlyList<FileRecord>> GetResultsAsync(int jobId, CancellationToken ct) =>
        _requests.GetAsync($"/jobs/{Text(jobId)}/results", Json.IReadOnlyListFileRecord, ct);

    /// <summary>Files of the catalog; null for all.</summary>
    public Task<IReadOnlyList<FileRecord>> FindFilesAsync(string? query, CancellationToken ct) =>
        _requests.GetPagesAsync(query is null ? "/files" : "/files?q=" + Uri.EscapeDataString(query), Json.IReadOnlyListFileRecord, ct);

    /// <summary>Copies a file's bytes to <paramref name="destination"/>.</summary>
    public Task DownloadAsync(string fileId, Stream destination, CancellationToken ct) => DownloadAsync(fileId, null, destination, ct);

    /// <summary>Copies a file in another form to <paramref name="destination"/>.</summary>
    /// <param name="fileId">Which file.</param>
    /// <param name="format"><c>fits</c>, <c>votable</c>, <c>npy</c> or <c>png</c>; null for what is stored.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The SHA-256 that the bytes must have, in hexadecimal; null when the DPU does not tell it.</returns>
    public async Task<string?> DownloadAsync(string fileId, string? format, Stream destination, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var path = $"/files/{Uri.EscapeDataString(fileId)}/content{(format is null ? "" : $"?format={Uri.EscapeDataString(format)}")}";
        using var answer = await _requests.SendAsync(HttpMethod.Get, path, null, null, ct);
        await using var body = new SilenceLimitStream(await answer.Content.ReadAsStreamAsync(ct), _options.SilenceLimit, _options.Time);
        var buffer = new byte[81920];
        int length;
        while ((length = await _requests.GuardAsync(() => body.ReadAsync(buffer, ct).AsTask(), ct)) > 0)
        {
            // Outside the guard: a full disk here is not the DPU's fault.
            await destination.WriteAsync(buffer.AsMemory(0, length), ct);
        }

        return ReprDigest.Sha256Of(answer);
    }

    /// <param name="fileId">Whose history.</param>
    /// <param name="up">True for what it came from, false for what was made of it.</param>
    /// <param name="ct">Gives up.</param>
    public Task<Provenance> GetProvenanceAsync(string fileId, bool up, CancellationToken ct) =>
        _requests.GetAsync($"/files/{Uri.EscapeDataString(fileId)}/provenance?direction={(up ? "up" : "down")}", Json.Provenance, ct);

    /// <summary>Cancels a job; one that runs is refused with code <c>running</c> unless <paramref name="force"/> is set.</summary>
    public Task<JobSummary> CancelAsync(int jobId, bool force, CancellationToken ct) =>
        _requests.PostAsync($"/jobs/{Text(jobId)}/cancel", new CancelRequest(force), Json.CancelRequest, Json.JobSummary, null, ct);

    /// <summary>Nothing more of a job starts until it is released; what runs goes on.</summary>
    /// <param name="jobId">Which job.</param>
    /// <param name="reason">Shown to whoever wonders; null for none.</param>
    /// <param name="ct">Gives up.</param>
    public Task<JobSummary> HoldAsync(int jobId, string? reason, CancellationToken ct) =>
        _requests.PostAsync($"/jobs/{Text(jobId)}/hold", new HoldRequest(reason), Json.HoldRequest, Json.JobSummary, null, ct);

    /// <summary>A job goes on, and its held results count.</summary>
    public Task<JobSummary> ReleaseAsync(int jobId, CancellationToken ct) =>
        _requests.PostAsync($"/jobs/{Text(jobId)}/release", new ReleaseRequest(), Json.ReleaseRequest, Json.JobSummary, null, ct);

    /// <summary>Changes a job's priority; higher runs first.</summary>
    public Task<JobSummary> SetPriorityAsync(int jobId, int priority, CancellationToken ct) =>
        _requests.PostAsync($"/jobs/{Text(jobId)}/priority", new PriorityRequest(priority), Json.PriorityRequest, Json.JobSummary, null, ct);

    /// <summary>What a retry would run again; nothing is done.</summary>
    public Task<RetryPlan> PreviewRetryAsync(int jobId, RetryRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _requests.PostAsync($"/jobs/{Text(jobId)}/retry", request with { DryRun = true }, Json.RetryRequest, Json.RetryPlan, null, ct);
    }

    /// <summary>Runs a job that has ended again, under its own number. When the answer is lost, it is asked for again under the same key, so that it is opened once.</summary>
    public Task<JobSummary> RetryAsync(int jobId, RetryRequest request, string idempotencyKey, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _submissions.SendAsync($"/jobs/{Text(jobId)}/retry", request with { DryRun = false }, Json.RetryRequest, Json.JobSummary, idempotencyKey, ct);
    }

    public Task<IReadOnlyList<SequenceInfo>> GetSequencesAsync(CancellationToken ct) =>
        _requests.GetAsync("/sequences", Json.IReadOnlyListSequenceInfo, ct);

    public Task<SequenceOptions> GetOptionsAsync(string sequence, CancellationToken ct) =>
        _requests.GetAsync($"/sequences/{Uri.EscapeDataString(sequence)}/options", Json.SequenceOptions, ct);

    /// <summary>Trades a name and a password for a token; nothing that this client was given as a token is needed for it.</summary>
    public Task<LoginAnswer> LogInAsync(LoginRequest request, CancellationToken ct) =>
        _requests.PostAsync("/login", request, Json.LoginRequest, Json.LoginAnswer, null, ct);

    /// <summary>The token with which this client asks is of no use any more.</summary>
    public Task<KeyInfo> LogOutAsync(CancellationToken ct) => _requests.PostAsync("/logout", new LogoutRequest(), Json.LogoutRequest, Json.KeyInfo, null, ct);

    /// <summary>Who asks.</summary>
    public Task<WhoAmI> GetWhoAmIAsync(CancellationToken ct) => _requests.GetAsync("/whoami", Json.WhoAmI, ct);

    public Task<IReadOnlyList<UserInfo>> GetUsersAsync(CancellationToken ct) => _requests.GetAsync("/users", Json.IReadOnlyListUserInfo, ct);

    public Task<UserInfo> GetUserAsync(string name, CancellationToken ct) => _requests.GetAsync(UserPath(name, ""), Json.UserInfo, ct);

    public Task<UserInfo> AddUserAsync(UserRequest request, CancellationToken ct) => _requests.PostAsync("/users", request, Json.UserRequest, Json.UserInfo, null, ct);

    /// <summary>Changes what a user may do and belongs to.</summary>
    public Task<UserInfo> ChangeUserAsync(string name, UserChange change, CancellationToken ct) =>
        _requests.PostAsync(UserPath(name, "/set"), change, Json.UserChange, Json.UserInfo, null, ct);

    /// <summary>Nobody is let in as this user any more; his jobs run on.</summary>
    public Task<UserInfo> DisableUserAsync(string name, CancellationToken ct) =>
        _requests.PostAsync(UserPath(name, "/disable"), new LogoutRequest(), Json.LogoutRequest, Json.UserInfo, null, ct);

    /// <summary>He is let in again, and whatever wrong passwords made him wait for is forgotten.</summary>
    public Task<UserInfo> EnableUserAsync(string name, CancellationToken ct) =>
        _requests.PostAsync(UserPath(name, "/enable"), new LogoutRequest(), Json.LogoutRequest, Json.UserInfo, null, ct);

    public Task<UserInfo> SetPasswordAsync(string name, PasswordRequest request, CancellationToken ct) =>
        _requests.PostAsync(UserPath(name, "/password"), request, Json.PasswordRequest, Json.UserInfo, null, ct);

    /// <summary>How one is told that jobs of one's own have ended.</summary>
    public Task<NotifyInfo> GetNotifyAsync(CancellationToken ct) => _requests.GetAsync("/notify", Json.NotifyInfo, ct);

    /// <summary>Changes that.</summary>
    public Task<NotifyInfo> SetNotifyAsync(NotifyRequest request, CancellationToken ct) =>
        _requests.PostAsync("/notify", request, Json.NotifyRequest, Json.NotifyInfo, null, ct);

    /// <summary>Sends something at once. Refused with code <c>not-delivered</c> when it is not taken.</summary>
    public Task<NotifyInfo> TestNotifyAsync(NotifyTestRequest request, CancellationToken ct) =>
        _requests.PostAsync("/notify/test", request, Json.NotifyTestRequest, Json.NotifyInfo, null, ct);

    /// <summary>Who did what, the newest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> GetAuditAsync(AuditQuery query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _requests.GetAsync("/audit" + query.ToQueryString(), Json.IReadOnlyListAuditEntry, ct);
    }

    private static string UserPath(string name, string rest) => $"/users/{Uri.EscapeDataString(name)}{rest}";

    /// <summary>Registers raw frames; absolute paths on the DPU's host. Their checksums take as long as they are large.</summary>
    public Task<IngestResult> IngestAsync(IReadOnlyList<string> paths, CancellationToken ct) => IngestAsync(new IngestRequest(paths), ct);

    /// <summary>The same, for a project and for whoever is to see them.</summary>
    public Task<IngestResult> IngestAsync(IngestRequest request, CancellationToken ct) =>
        _requests.PostAsync("/ingest", request, Json.IngestRequest, Json.IngestResult, null, ct, _options.IngestTimeout);

    public Task<IReadOnlyList<CampaignInfo>> GetCampaignsAsync(CancellationToken ct) => _requests.GetAsync("/campaigns", Json.IReadOnlyListCampaignInfo, ct);

    /// <summary>The last attempt at each unit of a campaign.</summary>
    public Task<IReadOnlyList<CampaignUnitInfo>> GetCampaignUnitsAsync(string campaign, CancellationToken ct) =>
        _requests.GetAsync($"/campaigns/{Uri.EscapeDataString(campaign)}/units", Json.IReadOnlyListCampaignUnitInfo, ct);

    public Task<IReadOnlyList<NodeInfo>> GetNodesAsync(CancellationToken ct) =>
        _requests.GetAsync("/nodes", Json.IReadOnlyListNodeInfo, ct);

    /// <summary>Gives a node nothing more; what runs there goes on, what waits there is given to others. Durable when this completes.</summary>
    public Task<NodeInfo> DrainAsync(string node, CancellationToken ct) =>
        _requests.PostAsync($"/nodes/{Uri.EscapeDataString(node)}/drain", new DrainRequest(), Json.DrainRequest, Json.NodeInfo, null, ct);

    /// <summary>Gives a node work again, whether it was drained or quarantined.</summary>
    public Task<NodeInfo> ResumeAsync(string node, CancellationToken ct) =>
        _requests.PostAsync($"/nodes/{Uri.EscapeDataString(node)}/resume", new ResumeRequest(), Json.ResumeRequest, Json.NodeInfo, null, ct);

    /// <summary>Says that a node's host is dead: its tasks run elsewhere now. Refused with code <c>connected</c> while it can be reached.</summary>
    public Task<NodeInfo> DeclareLostAsync(string node, CancellationToken ct) =>
        _requests.PostAsync($"/nodes/{Uri.EscapeDataString(node)}/lost", new LostRequest(), Json.LostRequest, Json.NodeInfo, null, ct);

    /// <summary>What hosts need to be told to run the DPU's program; it is packed at the first time, which takes some seconds.</summary>
    public Task<PackageInfo> GetPackageAsync(CancellationToken ct) => _requests.GetAsync("/package", Json.PackageInfo, ct);

    /// <summary>How many nodes there are to be as jobs of a batch system, and those that there are.</summary>
    public Task<ScalingInfo> GetScalingAsync(CancellationToken ct) => _requests.GetAsync("/scaling", Json.ScalingInfo, ct);

    /// <summary>So many are wanted from now on.</summary>
    public Task<ScalingInfo> SetScalingAsync(ScalingRequest request, CancellationToken ct) =>
        _requests.PostAsync("/scaling", request, Json.ScalingRequest, Json.ScalingInfo, null, ct);

    /// <summary>Has the DPU read its configuration again. Refused with code <c>bad-configuration</c> when that is wrong; then nothing has changed.</summary>
    /// <summary>An address that logs a browser in, once, as whoever asks.</summary>
    public Task<BrowserSession> OpenPageAsync(CancellationToken ct) =>
        _requests.PostAsync("/sessions", new BrowserSessionRequest(), Json.BrowserSessionRequest, Json.BrowserSession, null, ct);

    public Task<ReloadReport> ReloadAsync(CancellationToken ct) =>
        _requests.PostAsync("/reload", new ReloadRequest(), Json.ReloadRequest, Json.ReloadReport, null, ct);

    public Task<DpuStats> GetStatsAsync(CancellationToken ct) => _requests.GetAsync("/stats", Json.DpuStats, ct);

    /// <summary>Makes a key that lets nodes join; its line is told this once.</summary>
    public Task<KeyCreated> CreateKeyAsync(KeyRequest request, CancellationToken ct) =>
        _requests.PostAsync("/keys", request, Json.KeyRequest, Json.KeyCreated, null, ct);

    /// <summary>Join keys, and identities of nodes, oldest first.</summary>
    public Task<IReadOnlyList<KeyInfo>> GetKeysAsync(CancellationToken ct) => _requests.GetAsync("/keys", Json.IReadOnlyListKeyInfo, ct);

    /// <summary>Nobody joins with a key any more; or, by the id of an identity, a node is cut off.</summary>
    public Task<KeyInfo> RevokeKeyAsync(string id, CancellationToken ct) => _requests.DeleteAsync($"/keys/{Uri.EscapeDataString(id)}", Json.KeyInfo, ct);

    public void Dispose() => _requests.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
