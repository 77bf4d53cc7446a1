namespace Dpu.Service.Tests.Configuration;

/// <summary>A folder that is gone after the test, and with it the keepers of services that had their data in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dpu-service-test-").FullName;

    public string File(string name, string content)
    {
        var path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public string Script(string name, string content)
    {
        var path = File(name, content);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.EnumerateFiles(Path, "keeper.lock", SearchOption.AllDirectories).Any())
        {
            LeftKeepers.End(Path);
        }

        Directory.Delete(Path, recursive: true);
    }
}
