using System.Text.Json.Nodes;

namespace Dpu.Journal.EventJournal;

/// <summary>What events looked like in earlier versions, and what they mean today.</summary>
internal static class OldForms
{
    /// <summary>A step had one command beside its work, one input that upstream outputs arrived at, and no rules.</summary>
    public static JsonNode SubmittedV1(JsonNode submitted)
    {
        var spec = submitted["spec"]!.AsObject();
        spec["asked"] = new JsonObject { ["arguments"] = new JsonArray(), ["options"] = null, ["memoryBytes"] = null };
        spec["after"] = new JsonArray();
        spec["campaign"] = null;
        foreach (var step in submitted["plan"]!["steps"]!.AsArray())
        {
            StepV1(step!.AsObject());
        }

        return submitted;
    }

    /// <summary>There was one user and one version, and nobody shipped anything.</summary>
    public static JsonNode SubmittedV2(JsonNode submitted)
    {
        var spec = submitted["spec"]!.AsObject();
        spec["context"] = JsonNode.Parse("""{ "project": "common", "privileges": "Project" }""");
        spec["isolated"] = false;
        spec["version"] = null;
        spec["code"] = null;
        spec["settings"] = JsonNode.Parse("""{ "variables": {}, "configuration": null }""");
        return submitted;
    }

    /// <summary>Nobody was told, and nothing was traced.</summary>
    public static JsonNode SubmittedV3(JsonNode submitted)
    {
        var spec = submitted["spec"]!.AsObject();
        spec["notify"] = null;
        spec["trace"] = null;
        return submitted;
    }

    /// <summary>Whose they were nobody asked: they were for everybody who had the token.</summary>
    public static JsonNode FilesRegisteredV1(JsonNode registered)
    {
        foreach (var file in registered["files"]!.AsArray())
        {
            file!["owner"] = null;
            file["context"] = JsonNode.Parse("""{ "project": "common", "privileges": "Users" }""");
            file["codeSha256"] = null;
        }

        return registered;
    }

    /// <summary>An attempt was tried again as it was, and nobody looked into its output.</summary>
    public static JsonNode TasksEndedV1(JsonNode ended)
    {
        foreach (var end in ended["ends"]!.AsArray())
        {
            end!["nextMemoryBytes"] = null;
            end["elsewhere"] = false;
            end["findings"] = new JsonArray();
        }

        return ended;
    }

    /// <summary>Nobody looked how long its files took.</summary>
    public static JsonNode WithoutPhases(JsonNode ended)
    {
        foreach (var end in ended["ends"]!.AsArray())
        {
            end!["stagingInSeconds"] = null;
            end["savingSeconds"] = null;
        }

        return ended;
    }

    private static void StepV1(JsonObject step)
    {
        step.Remove("command", out var command);
        step.Remove("work", out var old);
        step["rules"] = JsonNode.Parse("""
            {
              "placement": { "kind": "Cluster", "tags": [], "hosts": [] },
              "maxPerNode": null, "maxAtOnce": null, "expectedSeconds": 0,
              "retry": { "recipe": 1, "memory": 1, "time": 1, "launch": 1, "data": 1, "nodeLosses": 5, "memoryFactor": 2, "memoryBytesMax": null },
              "exits": [], "patterns": []
            }
            """);
        step["work"] = old!["groups"] is JsonObject groups
            ? new JsonObject { ["groups"] = GroupsV1(step, command!, groups) }
            : new JsonObject { ["exec"] = new JsonObject { ["command"] = command, ["lines"] = old["exec"]?.DeepClone() } };
    }

    private static JsonObject GroupsV1(JsonObject step, JsonNode command, JsonObject groups)
    {
        var parts = new[] { "parameters", "outputs", "tasks", "dividedInput", "upstreamTypes" }.ToDictionary(name => name, name => Take(groups, name));
        foreach (var output in parts["outputs"]!.AsArray())
        {
            output!["folder"] = null;
        }

        return new JsonObject
        {
            ["commands"] = new JsonArray(new JsonObject
            {
                ["name"] = step["name"]!.DeepClone(),
                ["recipe"] = step["recipe"]!.DeepClone(),
                ["program"] = command,
                ["arguments"] = new JsonArray(),
                ["lists"] = new JsonArray(),
                ["parameters"] = parts["parameters"],
            }),
            ["inputs"] = new JsonArray(new JsonObject
            {
                ["name"] = parts["dividedInput"],
                ["upstreamTypes"] = parts["upstreamTypes"],
                ["folder"] = null,
                ["rename"] = null,
                ["unpack"] = false,
                ["upstreamSteps"] = new JsonArray(),
            }),
            ["outputs"] = parts["outputs"],
            ["tasks"] = parts["tasks"],
        };
    }

    private static JsonNode? Take(JsonObject from, string name) => from.Remove(name, out var value) ? value : null;
}
