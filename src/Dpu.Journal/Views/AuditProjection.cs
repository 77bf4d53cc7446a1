using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Keeps what somebody did as rows of <c>audit</c>.</summary>
internal sealed class AuditProjection(Database database)
{
    /// <param name="entry">The event.</param>
    /// <param name="userOf">Whose job a number is; asked for events of jobs that are known.</param>
    public void Apply(JournalEntry entry, Func<int, string> userOf)
    {
        if (AuditLine.Of(entry, JobPersistenceId.TryParse(entry.PersistenceId, out var job) ? job : null, userOf) is not { } line)
        {
            return;
        }

        database.Prepare("INSERT INTO audit (id, at, who, action, thing, owner, detail) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .Bind(line.Id).Bind(line.At).Bind(line.Who).Bind(line.Action).Bind(line.Thing).Bind(line.Owner).Bind(line.Detail).Run();
    }
}
