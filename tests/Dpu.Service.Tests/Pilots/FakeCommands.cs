using Dpu.Service.Pilots;
using Dpu.Service.Tests.Configuration;

namespace Dpu.Service.Tests.Pilots;

/// <summary>Commands of a batch system that say what the test gives them, and write down what they were given.</summary>
internal sealed class FakeCommands : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BatchCommand Runner => new(SearchPath, TimeSpan.FromSeconds(20));

    public string SearchPath => $"{_folder.Path}:/usr/bin:/bin";

    /// <summary>A command that answers so.</summary>
    public void Say(string command, string output, string words = "", int exitCode = 0)
    {
        File.WriteAllText(Of(command, "output"), output);
        File.WriteAllText(Of(command, "words"), words);
        Script(
            command,
            $"""
            for argument; do printf '%s\0' "$argument"; done > '{Of(command, "arguments")}'
            cat > '{Of(command, "input")}'
            env > '{Of(command, "environment")}'
            cat '{Of(command, "output")}'
            cat '{Of(command, "words")}' >&2
            exit {exitCode}
            """);
    }

    /// <summary>A command that does something of its own.</summary>
    public void Script(string command, string body)
    {
        var path = Path.Combine(_folder.Path, command);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string[] ArgumentsOf(string command) => File.ReadAllText(Of(command, "arguments")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    public string InputOf(string command) => File.ReadAllText(Of(command, "input"));

    public string[] EnvironmentOf(string command) => File.ReadAllLines(Of(command, "environment"));

    public void Dispose() => _folder.Dispose();

    private string Of(string command, string what) => Path.Combine(_folder.Path, $"{command}.{what}");
}
