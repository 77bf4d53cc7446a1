using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Store;

/// <summary>One step from a schema to the next.</summary>
/// <param name="To">The version that it leads to.</param>
/// <param name="Sql">What it does.</param>
internal sealed record Migration(int To, string Sql);

/// <summary>Brings a database to the version that this program needs, each step in a transaction of its own.</summary>
internal static class SchemaVersion
{
    public static void Migrate(Database database, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        var newest = migrations[^1].To;
        var version = Read(database);
        if (version > newest)
        {
            throw new StoreException(
                $"The database '{database.Path}' has schema version {version}; this program knows versions up to {newest}. " +
                "It was written by a newer program: start that one, or restore an older copy.");
        }

        foreach (var migration in migrations)
        {
            if (migration.To > version)
            {
                database.Transaction(() => Apply(database, migration, time));
            }
        }
    }

    private static void Apply(Database database, Migration migration, TimeProvider time)
    {
        database.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, since TEXT NOT NULL) STRICT");
        database.Execute(migration.Sql);
        database.Prepare("INSERT INTO schema_version (version, since) VALUES (?, ?)").Bind(migration.To).Bind(time.GetUtcNow()).Run();
    }

    private static int Read(Database database)
    {
        var table = database.Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'");
        var exists = table.Step();
        table.Reset();
        if (!exists)
        {
            return 0;
        }

        var newest = database.Prepare("SELECT COALESCE(MAX(version), 0) FROM schema_version");
        newest.Step();
        var version = newest.Int(0);
        newest.Reset();
        return version;
    }
}
