using System.Text.Json;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

/// <summary>A simulated night of one small chip, made once, on which recipes are run as the runtime runs them: in a folder with a task.json.</summary>
public class Observatory : IDisposable
{
    private int _tasks;

    public Observatory()
        : this(raw => new SimulationOptions { Output = raw, Seed = 11, Chips = 1, Width = 224, Height = 256, Stars = 150 })
    {
    }

    private protected Observatory(Func<string, SimulationOptions> night)
    {
        Root = Directory.CreateTempSubdirectory("dpu-cal-").FullName;
        Options = night(Path.Combine(Root, "raw"));
        Simulator.Write(Options);
        Truth = new Detector(0, new Camera(Options), Options.Seed);
    }

    public string Root { get; }

    internal SimulationOptions Options { get; }

    internal Detector Truth { get; }

    internal const string Chip = "ccd50";

    internal TaskInput[] Raw(string type) =>
    [
        .. Directory.GetFiles(Options.Output, $"*_{type}_*.fits").Order(StringComparer.Ordinal).Select(p => Input(p, "raw-" + type)),
    ];

    internal static TaskInput Input(string path, string type) => new(
        "id-" + Path.GetFileName(path), path, type, new Metadata { ["instrument"] = "WFI", ["chip"] = Chip, ["filter"] = "#842", ["date"] = "2000-04-28" });

    /// <summary>Runs a recipe; fails the test when it fails.</summary>
    internal TaskRun Run(string command, Dictionary<string, TaskInput[]> inputs, Dictionary<string, string>? pars = null)
    {
        var run = Try(command, inputs, pars);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run;
    }

    internal TaskRun Try(string command, Dictionary<string, TaskInput[]> inputs, Dictionary<string, string>? pars = null)
    {
        var recipe = RecipeCatalog.Find(command)!;
        var folder = Directory.CreateDirectory(Path.Combine(Root, $"task{Interlocked.Increment(ref _tasks)}")).FullName;
        File.WriteAllBytes(Path.Combine(folder, TaskFile.FileName), TaskJson(recipe.Name, inputs, pars ?? []));
        using var log = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = RecipeRunner.Run(recipe, folder, log, errors, new FixedClock());
        return new TaskRun(folder, exitCode, log.ToString(), errors.ToString());
    }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static byte[] TaskJson(string recipe, Dictionary<string, TaskInput[]> inputs, Dictionary<string, string> pars)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("attempt", "12/0/1");
            json.WriteString("recipe", recipe);
            json.WriteString("step", recipe);
            json.WriteStartObject("parameters");
            json.WriteString("instrument", "WFI");
            json.WriteStartObject("pars");
            foreach (var (key, value) in pars)
            {
                json.WriteString(key, value);
            }
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("inputs");
            foreach (var (name, files) in inputs)
            {
                json.WriteStartArray(name);
                foreach (var file in files)
                {
                    json.WriteStartObject();
                    json.WriteString("id", file.Id);
                    json.WriteString("path", file.Path);
                    json.WriteString("type", file.Type);
                    json.WritePropertyName("metadata");
                    file.Metadata.WriteTo(json);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 5, 4, 12, 10, 23, TimeSpan.Zero);
    }
}

/// <summary>What a recipe left behind.</summary>
internal sealed record TaskRun(string Folder, int ExitCode, string Log, string Errors)
{
    public JsonElement Outputs => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, ResultsWriter.FileName))).RootElement.GetProperty("outputs");

    public JsonElement Output(string type) => Outputs.EnumerateArray().Single(o => o.GetProperty("type").GetString() == type);

    public string PathOf(string type) => Path.Combine(Folder, Output(type).GetProperty("path").GetString()!);

    public double Figure(string type, string key) => Output(type).GetProperty("metadata").GetProperty(key).GetDouble();

    public TaskInput AsInput(string type) => Observatory.Input(PathOf(type), type);
}
