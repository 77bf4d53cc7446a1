namespace Dpu.Journal.Views;

/// <summary>The tables that show the journal. Plain SQL for whoever joins them; times are RFC 3339 text in UTC.</summary>
/// <remarks>Another <see cref="Version"/> than the stored one drops them, and they are folded again from the first event.</remarks>
internal static class ViewTables
{
    public const int Version = 10;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["jobs", "campaign_jobs", "steps", "tasks", "aborted_tasks", "attempts", "findings", "files", "withdrawn_files", "file_metadata", "provenance", "statistics",
         "task_history", "task_samples", "step_times", "audit", "queue_totals", "job_moments", "work", "work_tallies", "recent_ends"];

    /// <summary>
    /// A task has a row once something happened to it, or when it has keys. A range of tasks that were aborted before anything else is a row of
    /// <c>aborted_tasks</c>: cancelling a job of a million lines is one row.
    /// Of each pattern that was found in an attempt the first few lines are rows of <c>findings</c>, numbered from 1; each says how many lines there were,
    /// so that the rows with <c>nth = 1</c> add up.
    /// A row of <c>audit</c> is what somebody did; its number is that of the event in the journal, its owner whose thing it was, where that is somebody else.
    /// A row of <c>job_moments</c> is how a job stood after one of its events. A row of <c>work</c> is what was done in an hour or a day, apart by who sees it; <c>work_tallies</c> counts why
    /// attempts did not end normally there, and how many jobs waited at most so many seconds. <c>queue_totals</c> adds up <c>jobs</c>, <c>recent_ends</c> the ends of attempts of the last hour, by the second.
    /// Files whose tasks were opened again are moved to <c>withdrawn_files</c>, where no query for files finds them; what was made of them keeps its history.
    /// </summary>
    public static string Recreate { get; } = string.Concat(Names.Select(static name => $"DROP TABLE IF EXISTS {name};\n")) + """
        CREATE TABLE jobs (
          job_id INTEGER PRIMARY KEY,
          sequence TEXT NOT NULL,
          user TEXT NOT NULL,
          project TEXT NOT NULL,
          privileges INTEGER NOT NULL,
          version TEXT,
          code_sha256 TEXT,
          status TEXT NOT NULL,
          priority INTEGER NOT NULL,
          tags TEXT NOT NULL,
          commits INTEGER NOT NULL,
          estimated_seconds REAL NOT NULL,
          idempotency_key TEXT NOT NULL,
          fingerprint TEXT NOT NULL,
          submitted_at TEXT NOT NULL,
          started_at TEXT,
          ended_at TEXT,
          cancelled_by TEXT,
          held_by TEXT,
          held_because TEXT,
          after TEXT NOT NULL,
          waits_for TEXT NOT NULL,
          normal INTEGER NOT NULL,
          error INTEGER NOT NULL,
          aborted INTEGER NOT NULL,
          submitted INTEGER NOT NULL,
          unknown INTEGER NOT NULL,
          notify TEXT,
          changed INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX jobs_changed ON jobs (changed);
        CREATE INDEX jobs_of_user ON jobs (user, job_id, privileges);
        CREATE INDEX jobs_of_status ON jobs (status, job_id, privileges);
        CREATE INDEX jobs_shown ON jobs (job_id) WHERE privileges > 1;
        CREATE INDEX jobs_private ON jobs (user, job_id) WHERE privileges = 1;
        CREATE INDEX jobs_of_submission ON jobs (submitted_at, job_id, ended_at, user, privileges);
        CREATE INDEX jobs_of_end ON jobs (ended_at, user, privileges, status) WHERE ended_at IS NOT NULL;
        CREATE INDEX jobs_of_key ON jobs (idempotency_key, user);
        CREATE TABLE campaign_jobs (
          job_id INTEGER PRIMARY KEY,
          campaign TEXT NOT NULL,
          request INTEGER NOT NULL,
          unit TEXT NOT NULL,
          attempt INTEGER NOT NULL,
          arguments TEXT NOT NULL,
          options TEXT,
          memory_bytes INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX campaign_units ON campaign_jobs (campaign, request, unit, attempt, job_id);
        CREATE TABLE steps (
          job_id INTEGER NOT NULL,
          step INTEGER NOT NULL,
          name TEXT NOT NULL,
          recipe TEXT,
          first_task INTEGER NOT NULL,
          task_count INTEGER NOT NULL,
          cpus INTEGER NOT NULL,
          memory_bytes INTEGER NOT NULL,
          wall_seconds REAL,
          normal INTEGER NOT NULL,
          error INTEGER NOT NULL,
          aborted INTEGER NOT NULL,
          submitted INTEGER NOT NULL,
          unknown INTEGER NOT NULL,
          PRIMARY KEY (job_id, step)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tasks (
          job_id INTEGER NOT NULL,
          task INTEGER NOT NULL,
          keys TEXT,
          instrument TEXT,
          chip TEXT,
          state TEXT NOT NULL,
          cause TEXT,
          message TEXT,
          started_at TEXT,
          ended_at TEXT,
          next_memory_bytes INTEGER,
          PRIMARY KEY (job_id, task)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_in_trouble ON tasks (job_id, state, task) WHERE state IN ('Error', 'Unknown', 'Held');
        CREATE TABLE aborted_tasks (
          job_id INTEGER NOT NULL,
          first_task INTEGER NOT NULL,
          task_count INTEGER NOT NULL,
          reason TEXT NOT NULL,
          at TEXT NOT NULL,
          PRIMARY KEY (job_id, first_task)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE attempts (
          job_id INTEGER NOT NULL,
          task INTEGER NOT NULL,
          attempt INTEGER NOT NULL,
          node TEXT NOT NULL,
          state TEXT NOT NULL,
          started_at TEXT NOT NULL,
          ended_at TEXT,
          cause TEXT,
          message TEXT,
          retried INTEGER,
          exit_code INTEGER,
          signal INTEGER,
          end_reason TEXT,
          cpu_seconds REAL,
          memory_bytes INTEGER NOT NULL,
          max_rss_bytes INTEGER,
          memory_source TEXT,
          output_bytes INTEGER,
          staging_in_seconds REAL,
          saving_seconds REAL,
          PRIMARY KEY (job_id, task, attempt)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX attempts_running ON attempts (node, job_id, task, attempt) WHERE state = 'Running';
        CREATE TABLE findings (
          job_id INTEGER NOT NULL,
          task INTEGER NOT NULL,
          attempt INTEGER NOT NULL,
          pattern TEXT NOT NULL,
          nth INTEGER NOT NULL,
          step TEXT NOT NULL,
          recipe TEXT,
          user TEXT NOT NULL,
          level TEXT NOT NULL,
          at TEXT NOT NULL,
          line TEXT NOT NULL,
          count INTEGER NOT NULL,
          PRIMARY KEY (job_id, task, attempt, pattern, nth)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX findings_of_pattern ON findings (pattern, job_id) WHERE nth = 1;
        CREATE TABLE files (
          seq INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          path TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          sha256 TEXT NOT NULL,
          type TEXT NOT NULL,
          committed INTEGER NOT NULL,
          registered_at TEXT NOT NULL,
          owner TEXT,
          project TEXT NOT NULL,
          privileges INTEGER NOT NULL,
          code_sha256 TEXT,
          job_id INTEGER,
          task INTEGER,
          attempt INTEGER,
          step TEXT,
          output TEXT,
          main INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE withdrawn_files (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          path TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          sha256 TEXT NOT NULL,
          type TEXT NOT NULL,
          committed INTEGER NOT NULL,
          registered_at TEXT NOT NULL,
          job_id INTEGER NOT NULL,
          task INTEGER NOT NULL,
          attempt INTEGER NOT NULL,
          withdrawn_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX files_of_type ON files (type, seq);
        CREATE INDEX files_of_job ON files (job_id, task);
        CREATE INDEX files_of_path ON files (path);
        CREATE INDEX files_of_name ON files (name);
        CREATE TABLE file_metadata (
          file_id TEXT NOT NULL,
          key TEXT NOT NULL,
          text TEXT NOT NULL,
          number REAL,
          truth INTEGER,
          PRIMARY KEY (file_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX file_metadata_of_text ON file_metadata (key, text);
        CREATE TABLE provenance (
          effect TEXT NOT NULL,
          relation TEXT NOT NULL,
          cause TEXT NOT NULL,
          PRIMARY KEY (effect, relation, cause)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX provenance_of_cause ON provenance (cause);
        CREATE TABLE statistics (
          day TEXT NOT NULL,
          user TEXT NOT NULL,
          step TEXT NOT NULL,
          started INTEGER NOT NULL,
          normal INTEGER NOT NULL,
          failed INTEGER NOT NULL,
          lost INTEGER NOT NULL,
          wall_us INTEGER NOT NULL,
          cpu_us INTEGER NOT NULL,
          max_rss_bytes INTEGER NOT NULL,
          files INTEGER NOT NULL,
          file_bytes INTEGER NOT NULL,
          PRIMARY KEY (day, user, step)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE task_history (
          program TEXT NOT NULL,
          is_recipe INTEGER NOT NULL,
          instrument TEXT NOT NULL,
          chip TEXT NOT NULL,
          samples INTEGER NOT NULL,
          PRIMARY KEY (program, is_recipe, instrument, chip)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE task_samples (
          program TEXT NOT NULL,
          is_recipe INTEGER NOT NULL,
          instrument TEXT NOT NULL,
          chip TEXT NOT NULL,
          slot INTEGER NOT NULL,
          wall_us INTEGER NOT NULL,
          max_rss_bytes INTEGER NOT NULL,
          PRIMARY KEY (program, is_recipe, instrument, chip, slot)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE step_times (
          job_id INTEGER NOT NULL,
          step INTEGER NOT NULL,
          program TEXT NOT NULL,
          expected_seconds REAL NOT NULL,
          tasks INTEGER NOT NULL,
          wall_us INTEGER NOT NULL,
          PRIMARY KEY (job_id, step)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit (
          id INTEGER PRIMARY KEY,
          at TEXT NOT NULL,
          who TEXT NOT NULL,
          action TEXT NOT NULL,
          thing TEXT NOT NULL,
          owner TEXT,
          detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_of_who ON audit (who, id);
        CREATE INDEX audit_of_owner ON audit (owner, id) WHERE owner IS NOT NULL;
        CREATE TABLE queue_totals (
          user TEXT NOT NULL,
          project TEXT NOT NULL,
          privileges INTEGER NOT NULL,
          status TEXT NOT NULL,
          jobs INTEGER NOT NULL,
          normal INTEGER NOT NULL,
          error INTEGER NOT NULL,
          aborted INTEGER NOT NULL,
          submitted INTEGER NOT NULL,
          unknown INTEGER NOT NULL,
          PRIMARY KEY (user, project, privileges, status)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE recent_ends (
          second INTEGER PRIMARY KEY,
          ends INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE job_moments (
          job_id INTEGER NOT NULL,
          at TEXT NOT NULL,
          number INTEGER NOT NULL,
          status TEXT NOT NULL,
          started_at TEXT,
          ended_at TEXT,
          held_by TEXT,
          priority INTEGER NOT NULL,
          normal INTEGER NOT NULL,
          error INTEGER NOT NULL,
          aborted INTEGER NOT NULL,
          submitted INTEGER NOT NULL,
          unknown INTEGER NOT NULL,
          PRIMARY KEY (job_id, at, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE work (
          span TEXT NOT NULL,
          begin TEXT NOT NULL,
          user TEXT NOT NULL,
          project TEXT NOT NULL,
          privileges INTEGER NOT NULL,
          jobs_submitted INTEGER NOT NULL,
          jobs_started INTEGER NOT NULL,
          jobs_finished INTEGER NOT NULL,
          jobs_failed INTEGER NOT NULL,
          jobs_cancelled INTEGER NOT NULL,
          waited_us INTEGER NOT NULL,
          started INTEGER NOT NULL,
          normal INTEGER NOT NULL,
          failed INTEGER NOT NULL,
          lost INTEGER NOT NULL,
          wall_us INTEGER NOT NULL,
          cpu_us INTEGER NOT NULL,
          PRIMARY KEY (span, begin, user, project, privileges)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE work_tallies (
          span TEXT NOT NULL,
          begin TEXT NOT NULL,
          user TEXT NOT NULL,
          project TEXT NOT NULL,
          privileges INTEGER NOT NULL,
          kind TEXT NOT NULL,
          word TEXT NOT NULL,
          count INTEGER NOT NULL,
          PRIMARY KEY (span, begin, user, project, privileges, kind, word)
        ) STRICT, WITHOUT ROWID;
        """;
}
