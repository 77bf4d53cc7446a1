using System.Globalization;
using System.Text;

namespace Dpu.Service.Pilots;

/// <summary>What the script that starts a node is told.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Frontends">Where it finds the DPU.</param>
/// <param name="Package">The hash of the package, for hosts that do not have the program.</param>
/// <param name="Program">The program as it stands on the frontend's host, for those that share its file system.</param>
/// <param name="ProgramSha256">Of the program's assembly.</param>
internal sealed record NodeStart(string Name, IReadOnlyList<Uri> Frontends, string Package, RunningProgram Program, string ProgramSha256)
{
    /// <summary>The text of the key; empty where it stands in <see cref="KeyFile"/>.</summary>
    public string Key { get; init; } = "";

    public string KeyFile { get; init; } = "";

    /// <summary>The package in a directory that all hosts share; empty for none.</summary>
    public string SharedPackage { get; init; } = "";

    /// <summary>Where hosts keep unpacked packages; empty for a directory of the user's own below <c>/var/tmp</c>.</summary>
    public string Cache { get; init; } = "";

    /// <summary>Its data directory, of a node that outlives the script; empty for one in the user's home.</summary>
    public string Data { get; init; } = "";

    public TimeSpan? WallTime { get; init; }

    /// <summary>Further arguments of <c>dpu node</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>The script that brings a node to life on a host of which nothing is known but that it has a POSIX shell.</summary>
internal static class NodeScript
{
    private const string LastWordsScript = """

        tail -n 5 "$log" 2>&1

        """;

    private static readonly string StartBody = Read("node-start.sh");
    private static readonly string StopBody = Read("node-stop.sh");

    /// <summary>For a batch system: runs until the node has left.</summary>
    public static string Pilot(NodeStart start) => Text("pilot", start);

    /// <summary>For ssh: ends when the node was started, and prints its data directory.</summary>
    public static string Detached(NodeStart start) => Text("detached", start);

    /// <summary>Ends a node that <see cref="Detached"/> started.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="data">Its data directory; empty for the usual one.</param>
    /// <param name="patience">How long it may take.</param>
    public static string Stop(string name, string data, TimeSpan patience) =>
        string.Create(CultureInfo.InvariantCulture, $"name={Quote(name)}\ndata={Quote(data)}\npatience={(long)patience.TotalSeconds}\n{StopBody}");

    /// <summary>Prints the end of the log of a node that <see cref="Detached"/> started.</summary>
    public static string LastWords(string data) => $"log={Quote(Path.Combine(data, "node.log"))}{LastWordsScript}";

    /// <summary>A word that a shell takes for exactly this text.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Text(string mode, NodeStart start)
    {
        var script = new StringBuilder("#!/bin/sh\n");
        void Set(string name, string value) => script.Append(name).Append('=').Append(Quote(value)).Append('\n');
        Set("mode", mode);
        Set("name", start.Name);
        Set("key", start.Key);
        Set("key_file", start.KeyFile);
        Set("program", start.Program.EntryPath);
        Set("program_name", start.Program.EntryName);
        Set("program_sha256", start.ProgramSha256);
        Set("muxer", start.Program.MuxerPath);
        Set("package_sha256", start.Package);
        Set("package_urls", string.Join('\n', start.Frontends.Select(frontend => new Uri(frontend, $"/api/v1/node/package/{start.Package}"))));
        Set("shared_package", start.SharedPackage);
        Set("cache", start.Cache);
        Set("data", start.Data);
        Set("wall_seconds", start.WallTime is { } wallTime ? ((long)wallTime.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "");
        string[] arguments = ["--frontend", string.Join(',', start.Frontends.Select(frontend => frontend.GetLeftPart(UriPartial.Authority))), "--name", start.Name, .. start.Arguments];
        script.Append("set -- ").AppendJoin(' ', arguments.Select(Quote)).Append('\n');
        return script.Append(StartBody).ToString();
    }

    private static string Read(string name)
    {
        using var stream = typeof(NodeScript).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
