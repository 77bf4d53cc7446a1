using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>Folds registrations and ends of attempts into <c>files</c>, <c>file_metadata</c> and <c>provenance</c>.</summary>
internal sealed class FilesProjection(Database database)
{
    public void Apply(CatalogEvent.FilesRegistered registered)
    {
        foreach (var file in registered.Files)
        {
            Add(file, step: null, output: null, main: false);
        }
    }

    public void Apply(JobContext context, JobEvent.TasksEnded ended)
    {
        foreach (var end in ended.Ends)
        {
            if (end.Used.IsEmpty && end.Outputs.IsEmpty)
            {
                continue;
            }

            var attempt = new AttemptId(new JobId(context.Job), end.Task, end.Number);
            var process = attempt.ToString();
            foreach (var used in end.Used)
            {
                Relate(process, ProvenanceRelation.Used, used);
            }

            foreach (var output in end.Outputs)
            {
                Add(FileOf(output, attempt, context, ended.At), context.StepOf(end.Task).Name, output.Name, output.Main);
                Relate(output.Id, ProvenanceRelation.WasGeneratedBy, process);
                foreach (var source in output.DerivedFrom)
                {
                    Relate(output.Id, ProvenanceRelation.WasDerivedFrom, source);
                }
            }
        }
    }

    /// <summary>What earlier attempts made is nobody's any more; whatever was made of it keeps its history.</summary>
    public void Apply(JobContext context, JobEvent.TasksReopened reopened)
    {
        foreach (var range in reopened.Tasks)
        {
            database.Prepare("""
                INSERT OR REPLACE INTO withdrawn_files (id, name, path, size_bytes, sha256, type, committed, registered_at, job_id, task, attempt, withdrawn_at)
                SELECT id, name, path, size_bytes, sha256, type, committed, registered_at, job_id, task, attempt, ?
                FROM files WHERE job_id = ? AND task >= ? AND task < ?
                """).Bind(reopened.At).Bind(context.Job).Bind(range.First).Bind(range.End).Run();
            database.Prepare("DELETE FROM file_metadata WHERE file_id IN (SELECT id FROM files WHERE job_id = ? AND task >= ? AND task < ?)")
                .Bind(context.Job).Bind(range.First).Bind(range.End).Run();
            database.Prepare("DELETE FROM files WHERE job_id = ? AND task >= ? AND task < ?")
                .Bind(context.Job).Bind(range.First).Bind(range.End).Run();
        }
    }

    public void Apply(JobContext context, JobEvent.ContextChanged changed) =>
        database.Prepare("UPDATE files SET project = ?, privileges = ? WHERE job_id = ?")
            .Bind(changed.Context.Project).Bind((int)changed.Context.Privileges).Bind(context.Job).Run();

    private static CatalogFile FileOf(OutputFile output, AttemptId attempt, JobContext context, DateTimeOffset at) => new(
        output.Id,
        Path.GetFileName(output.Path),
        output.Path,
        output.SizeBytes,
        output.Sha256,
        output.Type,
        output.Metadata,
        attempt,
        context.Commits,
        at)
    {
        Owner = context.User,
        Context = context.Work,
        CodeSha256 = context.CodeSha256,
    };

    private void Add(CatalogFile file, string? step, string? output, bool main)
    {
        database.Prepare("""
            INSERT INTO files (id, name, path, size_bytes, sha256, type, committed, registered_at, owner, project, privileges, code_sha256, job_id, task, attempt,
              step, output, main)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, path = excluded.path, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
              type = excluded.type, committed = excluded.committed, registered_at = excluded.registered_at,
              owner = excluded.owner, project = excluded.project, privileges = excluded.privileges, code_sha256 = excluded.code_sha256
            """)
            .Bind(file.Id).Bind(file.Name).Bind(file.Path).Bind(file.SizeBytes).Bind(file.Sha256).Bind(file.Type).Bind(file.Committed)
            .Bind(file.RegisteredAt).Bind(file.Owner).Bind(file.Context.Project).Bind((int)file.Context.Privileges).Bind(file.CodeSha256)
            .Bind(file.MadeBy?.Job.Value).Bind(file.MadeBy?.Task).Bind(file.MadeBy?.Number)
            .Bind(step).Bind(output).Bind(main).Run();
        database.Prepare("DELETE FROM file_metadata WHERE file_id = ?").Bind(file.Id).Run();
        foreach (var (key, value) in file.Metadata)
        {
            database.Prepare("INSERT INTO file_metadata (file_id, key, text, number, truth) VALUES (?, ?, ?, ?, ?)")
                .Bind(file.Id).Bind(key).Bind(value.Text)
                .Bind((value as MetadataValue.OfNumber)?.Value)
                .Bind((value as MetadataValue.OfTruth)?.Value switch { null => (long?)null, true => 1, false => 0 })
                .Run();
        }
    }

    private void Relate(string effect, ProvenanceRelation relation, string cause) =>
        database.Prepare("INSERT OR IGNORE INTO provenance (effect, relation, cause) VALUES (?, ?, ?)")
            .Bind(effect).Bind(RelationText.Of(relation)).Bind(cause).Run();
}

/// <summary>The relations' names in the Open Provenance Model.</summary>
internal static class RelationText
{
    public static string Of(ProvenanceRelation relation) => relation switch
    {
        ProvenanceRelation.Used => "used",
        ProvenanceRelation.WasGeneratedBy => "wasGeneratedBy",
        ProvenanceRelation.WasDerivedFrom => "wasDerivedFrom",
        _ => throw new InvalidOperationException($"There is no name for the relation {relation}."),
    };

    public static ProvenanceRelation Parse(string text) => text switch
    {
        "used" => ProvenanceRelation.Used,
        "wasGeneratedBy" => ProvenanceRelation.WasGeneratedBy,
        "wasDerivedFrom" => ProvenanceRelation.WasDerivedFrom,
        _ => throw new InvalidOperationException($"There is no relation '{text}'."),
    };
}
