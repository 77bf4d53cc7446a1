using System.Text.Json.Nodes;
using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>Parses a text and compares it, as JSON, with what the specification says.</summary>
internal static class Documents
{
    public static void ShouldMean(string hocon, string json, HoconOptions? options = null)
    {
        string actual = HoconJson.ToJson(HoconParser.ParseDocument(hocon, "test", options));
        JsonNode.DeepEquals(JsonNode.Parse(actual), JsonNode.Parse(json)).ShouldBeTrue($"{hocon}\nshould mean\n{json}\nbut is\n{actual}");
    }

    public static void ShouldMeanTheSame(string one, string other) =>
        ShouldMean(one, HoconJson.ToJson(HoconParser.ParseDocument(other, "test")));

    public static HoconException ShouldBeRefused(string hocon, HoconOptions? options = null) =>
        Should.Throw<HoconException>(() => HoconParser.ParseDocument(hocon, "test", options), hocon);
}
