using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>Files of the catalog as a table; the path comes last, since it may hold blanks.</summary>
internal static class FileTable
{
    public static void Write(IReadOnlyList<FileRecord> files, TextWriter writer)
    {
        var table = new Table("TYPE", "SIZE", "MADE BY", "ID", "PATH").Right(1);
        foreach (var file in files)
        {
            table.Add(file.Type, Units.Size(file.SizeBytes), file.Task ?? "-", file.Id, file.Path);
        }

        table.WriteTo(writer);
    }
}
