using System.Text.Json;
using Dpu.Hocon;

namespace Dpu.Service;

/// <summary>All layers of the configuration, merged and resolved.</summary>
public static class EffectiveConfiguration
{
    private const string Folder = "hocon";

    /// <summary>
    /// The built-in files beside the program, then the user's file, then single assignments; later ones win.
    /// </summary>
    /// <exception cref="HoconException">A file is wrong; the message says where.</exception>
    /// <exception cref="StartupException">A file is missing.</exception>
    public static HoconObject Load(ServeRequest request) =>
        HoconConfig.Load(Sources(request), new HoconOptions { Environment = Environment.GetEnvironmentVariable });

    /// <summary>Where the built-in files stand.</summary>
    public static string BuiltInDirectory => Path.Combine(AppContext.BaseDirectory, Folder);

    private static IEnumerable<HoconSource> Sources(ServeRequest request)
    {
        if (!File.Exists(Path.Combine(BuiltInDirectory, "reference.conf")))
        {
            throw new StartupException($"The program's own configuration is missing: {Path.Combine(BuiltInDirectory, "reference.conf")}. Build or install it again.", 3);
        }

        yield return HoconSource.File(Path.Combine(BuiltInDirectory, "reference.conf"));
        yield return HoconSource.OptionalFile(Path.Combine(BuiltInDirectory, "ingest.conf"));
        foreach (var declarations in FilesIn("recipes").Concat(FilesIn("pipelines")))
        {
            yield return HoconSource.File(declarations);
        }

        yield return HoconSource.File(Path.Combine(BuiltInDirectory, $"{request.Role}.conf"));
        if (request.Role == "backend")
        {
            yield return HoconSource.Assignment($"dpu.node.name={Quoted(Environment.MachineName)}", "the machine's name");
        }

        if (request.ConfigFile is { } own)
        {
            yield return File.Exists(own)
                ? HoconSource.File(own)
                : throw new StartupException($"There is no configuration file {own}.", 2);
        }

        foreach (var (key, value) in request.Overrides)
        {
            yield return HoconSource.Assignment($"{key}={value}");
        }

        if (request.DataDirectory is { } data)
        {
            yield return HoconSource.Assignment($"dpu.data={Quoted(Path.GetFullPath(data))}", "--data");
        }

        if (request.Port is { } port)
        {
            yield return HoconSource.Assignment($"dpu.http.port={port}", "--port");
        }
    }

    private static IEnumerable<string> FilesIn(string name)
    {
        var folder = Path.Combine(BuiltInDirectory, name);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.conf").Order(StringComparer.Ordinal) : [];
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
