namespace Dpu.Service.Telemetry;

/// <summary>
/// Every figure that there is. None has the name of a user, a job, a file or a command in a label: sums over everybody's work are told to whoever may read metrics, whose work it is
/// is not. Names stay: dashboards and alert rules are held against this list.
/// </summary>
internal static class Metrics
{
    public static readonly Metric Build = Gauge("dpu_build_info", "Always 1; the labels tell the DPU's name, its version and its role.");
    public static readonly Metric Started = Gauge("dpu_started_timestamp_seconds", "When this service was started, in seconds since 1970.");
    public static readonly Metric Ready = Gauge("dpu_ready", "1 while work is taken, as /readyz tells.");

    public static readonly Metric Jobs = Gauge("dpu_jobs", "Jobs by status.");
    public static readonly Metric JobsSubmitted = Counter("dpu_jobs_submitted_total", "Jobs that were ever submitted.");
    public static readonly Metric OldestQueued = Gauge("dpu_oldest_queued_job_seconds", "How long ago the job was submitted that is queued for the longest time; 0 when none is.");
    public static readonly Metric Tasks = Gauge("dpu_tasks", "Tasks of all jobs by outcome: normal, error, aborted, submitted (not ended yet), unknown.");
    public static readonly Metric TasksUnfinished = Gauge("dpu_unfinished_job_tasks", "The same of the jobs that have not ended.");
    public static readonly Metric Running = Gauge("dpu_attempts_running", "Attempts that were given to nodes and have not ended.");
    public static readonly Metric AttemptsStarted = Counter("dpu_attempts_started_total", "Attempts that were given to nodes, by recipe.");
    public static readonly Metric AttemptsEnded = Counter("dpu_attempts_ended_total", "Attempts that ended, by recipe and outcome: normal, failed (cancelled ones too), lost.");
    public static readonly Metric AttemptSeconds = Counter("dpu_attempt_seconds_total", "How long ended attempts ran, by recipe.");
    public static readonly Metric AttemptCpu = Counter("dpu_attempt_cpu_seconds_total", "How much cpu time ended attempts took, by recipe.");
    public static readonly Metric Outputs = Counter("dpu_outputs_total", "Files that recipes made and that were registered, by recipe.");
    public static readonly Metric OutputBytes = Counter("dpu_output_bytes_total", "Their size, by recipe.");

    public static readonly Metric Nodes = Gauge("dpu_nodes", "Nodes by state: Up, Draining, CutOff, Lost, Quarantined, Left.");
    public static readonly Metric NodeUp = Gauge("dpu_node_up", "1 while a node is given work, by node.");
    public static readonly Metric NodeCpus = Gauge("dpu_node_cpus", "What a node has for tasks, by node.");
    public static readonly Metric NodeCpusHeld = Gauge("dpu_node_cpus_held", "What its tasks hold of that; more when short ones were given ahead.");
    public static readonly Metric NodeMemory = Gauge("dpu_node_memory_bytes", "What a node has for tasks, by node.");
    public static readonly Metric NodeMemoryHeld = Gauge("dpu_node_memory_held_bytes", "What its tasks hold of that.");
    public static readonly Metric NodeTasks = Gauge("dpu_node_tasks", "Tasks that were given to a node and have not ended, by node and place: running, waiting (given ahead).");
    public static readonly Metric NodeDisk = Gauge("dpu_node_disk_free_bytes", "What is free where a node's work directories are, as it said last.");
    public static readonly Metric SchedulerUp = Gauge("dpu_scheduler_up", "1 when the scheduler answered in time.");

    public static readonly Metric JournalEvents = Counter("dpu_journal_events_total", "Events that were ever written down.");
    public static readonly Metric JournalAppends = Histogram("dpu_journal_append_seconds", "How long it took to write events down durably, waiting for their group included.");
    public static readonly Metric JournalFailures = Counter("dpu_journal_append_failures_total", "Appends that failed; what they were for is tried again, or was refused.");
    public static readonly Metric ViewsUp = Gauge("dpu_views_up", "1 when the views could be read.");
    public static readonly Metric ViewsLag = Gauge("dpu_views_lag_events", "Events that are durable and that the views do not show yet.");
    public static readonly Metric DatabaseBytes = Gauge("dpu_database_bytes", "Size of the database: journal, views and catalog.");
    public static readonly Metric DataFree = Gauge("dpu_data_free_bytes", "What is free where the data directory is.");
    public static readonly Metric DataSize = Gauge("dpu_data_size_bytes", "How large the file system is on which it is.");
    public static readonly Metric DeadLetters = Counter("dpu_dead_letters_total", "Messages between actors that found nobody.");

    public static readonly Metric Notifications = Counter("dpu_notifications_total", "What came of telling people that jobs have ended, by way (mail, webhook) and outcome: delivered, failed (and tried again), given-up.");
    public static readonly Metric NotificationsPending = Gauge("dpu_notifications_pending", "Notifications that are not delivered yet.");

    public static readonly Metric HttpRequests = Counter("dpu_http_requests_total", "Requests by the class of their answer: 1xx to 5xx.");
    public static readonly Metric HttpOpen = Gauge("dpu_http_requests_open", "Requests that are being answered, streams included.");
    public static readonly Metric HttpSeconds = Histogram("dpu_http_request_seconds", "How long answers took, streams and links left out.");

    public static readonly Metric ProcessCpu = Counter("process_cpu_seconds_total", "Cpu time of the service itself; recipes are not counted.");
    public static readonly Metric ProcessMemory = Gauge("process_resident_memory_bytes", "What the service itself holds of the memory.");
    public static readonly Metric ProcessFiles = Gauge("process_open_fds", "Files and connections that it has open.");
    public static readonly Metric ProcessStarted = Gauge("process_start_time_seconds", "When its process was started, in seconds since 1970.");
    public static readonly Metric HeapBytes = Gauge("dotnet_gc_heap_bytes", "What objects took up after the last collection.");
    public static readonly Metric Collections = Counter("dotnet_gc_collections_total", "Garbage collections, by generation.");
    public static readonly Metric PoolThreads = Gauge("dotnet_threadpool_threads", "Threads of the pool.");
    public static readonly Metric PoolQueue = Gauge("dotnet_threadpool_queue_length", "What waits for one of them.");

    /// <summary>All of them, by their names.</summary>
    public static IReadOnlyDictionary<string, Metric> All { get; } = typeof(Metrics)
        .GetFields()
        .Select(field => (Metric)field.GetValue(null)!)
        .ToDictionary(metric => metric.Name, StringComparer.Ordinal);

    private static Metric Counter(string name, string help) => new(name, MetricKind.Counter, help);

    private static Metric Gauge(string name, string help) => new(name, MetricKind.Gauge, help);

    private static Metric Histogram(string name, string help) => new(name, MetricKind.Histogram, help);
}
