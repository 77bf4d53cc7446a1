using System.Text.Json;

namespace Dpu.Calibration.Contract;

/// <summary>
/// What stands in <c>task.json</c>. It is read with <see cref="JsonDocument"/>: a recipe starts once per task, and a serializer
/// would cost more to set up than the file takes to read.
/// </summary>
internal sealed class TaskFile
{
    public const string FileName = "task.json";

    public string Attempt { get; private init; } = "0/0/0";

    public string Recipe { get; private init; } = "";

    public string Step { get; private init; } = "";

    public Metadata Keys { get; private init; } = [];

    public Metadata Parameters { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Pars { get; private init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, IReadOnlyList<TaskInput>> Inputs { get; private init; } = new Dictionary<string, IReadOnlyList<TaskInput>>();

    public static TaskFile Load(string workDirectory)
    {
        var path = Path.Combine(workDirectory, FileName);
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (FileNotFoundException e)
        {
            throw new RecipeException($"There is no {FileName} in {workDirectory}: recipes are started by the DPU in a work directory of their own.", RecipeException.WrongInput, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RecipeException($"{path} is not what the DPU writes: {OneLine(e.Message)}", RecipeException.WrongInput, e);
        }
    }

    public static TaskFile Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var parameters = root.TryGetProperty("parameters", out var given) ? given : default;
        return new TaskFile
        {
            Attempt = root.GetProperty("attempt").GetString()!,
            Recipe = root.GetProperty("recipe").GetString()!,
            Step = root.TryGetProperty("step", out var step) ? step.GetString() ?? "" : "",
            Keys = root.TryGetProperty("keys", out var keys) ? Metadata.Read(keys) : [],
            Parameters = Metadata.Read(parameters),
            Pars = parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("pars", out var pars) ? ReadPars(pars) : new Dictionary<string, string>(),
            Inputs = root.TryGetProperty("inputs", out var inputs) ? ReadInputs(inputs) : new Dictionary<string, IReadOnlyList<TaskInput>>(),
        };
    }

    private static Dictionary<string, string> ReadPars(JsonElement element)
    {
        var pars = new Dictionary<string, string>(StringComparer.Ordinal);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                pars[property.Name] = MetadataValue.Read(property.Value)?.ToString() ?? property.Value.GetRawText();
            }
        }
        return pars;
    }

    private static Dictionary<string, IReadOnlyList<TaskInput>> ReadInputs(JsonElement element)
    {
        var inputs = new Dictionary<string, IReadOnlyList<TaskInput>>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            inputs[property.Name] = [.. property.Value.EnumerateArray().Select(ReadInput)];
        }
        return inputs;
    }

    private static TaskInput ReadInput(JsonElement file) => new(
        file.GetProperty("id").GetString()!,
        file.GetProperty("path").GetString()!,
        file.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "",
        file.TryGetProperty("metadata", out var metadata) ? Metadata.Read(metadata) : []);

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
