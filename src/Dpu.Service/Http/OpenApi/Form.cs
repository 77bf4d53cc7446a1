using System.Text.Json.Nodes;

namespace Dpu.Service.Http.OpenApi;

/// <summary>Schemas of parameters. Each call makes a new one: a node of JSON has one place.</summary>
internal static class Form
{
    public static JsonObject Whole(long min = 0, long max = int.MaxValue) =>
        new() { ["type"] = "integer", ["format"] = max > int.MaxValue ? "int64" : "int32", ["minimum"] = min, ["maximum"] = max };

    public static JsonObject Text(int? lengthMax = null)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (lengthMax is { } max)
        {
            text["maxLength"] = max;
        }

        return text;
    }

    public static JsonObject OneOf(params IReadOnlyList<string> words) =>
        new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };

    public static JsonObject Truth() => new() { ["type"] = "boolean" };

    public static JsonObject Sha256() => new() { ["type"] = "string", ["pattern"] = "^[0-9a-f]{64}$" };

    /// <summary>Given as often as there are values: <c>?id=1&amp;id=2</c>.</summary>
    public static JsonObject Many(JsonObject of) => new() { ["type"] = "array", ["items"] = of };
}
