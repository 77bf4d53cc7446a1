using Dpu.Client.Contracts;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Service.Configuration;

/// <summary>What differs between two configurations, key by key, in words.</summary>
internal static class ConfigurationDiff
{
    private static readonly HoconObject Nothing = new([], new HoconOrigin("nothing", 0, 0));

    /// <summary>What differs, sections in the order of <paramref name="to"/>. Only what stands below <c>dpu</c> is a setting; other keys are there to be substituted.</summary>
    public static IReadOnlyList<ReloadChange> Between(HoconObject from, HoconObject to, LiveKeys keys)
    {
        var changes = new List<ReloadChange>();
        var (before, after) = (SettingsOf(from), SettingsOf(to));
        foreach (var section in KeysOf(before, after).Where(keys.DoesMatter))
        {
            Compare(HoconPath.Of(section), before.FieldOf(section)?.Value, after.FieldOf(section)?.Value, keys, changes);
        }

        return changes;
    }

    private static void Compare(HoconPath path, HoconValue? from, HoconValue? to, LiveKeys keys, List<ReloadChange> changes)
    {
        // What a declaration consists of is told when it changes, not when it comes or goes.
        var isWhole = KindOf(path) is not null && (from is null || to is null);
        if (!isWhole && InsideOf(from, to) is var (before, after))
        {
            foreach (var key in KeysOf(before, after))
            {
                Compare(path.Append(key), before.FieldOf(key)?.Value, after.FieldOf(key)?.Value, keys, changes);
            }
        }
        else if (Written(from) != Written(to))
        {
            changes.Add(ChangeOf(path, Written(from), Written(to), keys.AreLive(path)));
        }
    }

    /// <summary>Two objects, or one that came, went, or took the place of an empty one; null for what has to be compared as it is.</summary>
    private static (HoconObject Before, HoconObject After)? InsideOf(HoconValue? from, HoconValue? to) => (from, to) switch
    {
        (HoconObject before, HoconObject after) => (before, after),
        (null, HoconObject { Count: > 0 } after) => (Nothing, after),
        (HoconObject { Count: > 0 } before, null) => (before, Nothing),
        _ => null,
    };

    private static ReloadChange ChangeOf(HoconPath path, string? from, string? to, bool live)
    {
        var what = (KindOf(path), from, to) switch
        {
            ({ } kind, null, _) => $"+ {kind} {path.Elements[^1]}",
            ({ } kind, _, null) => $"- {kind} {path.Elements[^1]}",
            _ => $"{path}: {from ?? "nothing"} → {to ?? "nothing"}",
        };
        return new ReloadChange(path.ToString(), from, to, live, live ? what : $"needs a restart: {what}");
    }

    /// <summary>What is declared at a path as a whole; null for other keys.</summary>
    private static string? KindOf(HoconPath path) => path.Elements switch
    {
        ["recipes", RecipeDeclarations.VersionsKey] => null,
        ["recipes", RecipeDeclarations.VersionsKey, _] => "version",
        ["recipes", _] => "recipe",
        ["pipelines", _] => "pipeline",
        ["campaigns", _] => "campaign",
        _ => null,
    };

    private static string? Written(HoconValue? value) => value switch
    {
        null => null,
        HoconScalar { Text: { Length: > 0 } text } when !text.Any(char.IsControl) => text,
        _ => HoconJson.ToJson(value),
    };

    private static HoconObject SettingsOf(HoconObject root) => root.FieldOf("dpu")?.Value as HoconObject ?? Nothing;

    private static IEnumerable<string> KeysOf(HoconObject before, HoconObject after) => after.Keys.Concat(before.Keys.Where(key => after.FieldOf(key) is null));
}
