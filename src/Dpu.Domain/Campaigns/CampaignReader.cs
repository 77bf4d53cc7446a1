using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Campaigns;

/// <summary>Reads campaigns from their declarations under <c>dpu.campaigns</c>. An unknown key is an error.</summary>
public static partial class CampaignReader
{
    /// <summary>Where campaigns are declared.</summary>
    public const string Section = "dpu.campaigns";

    private static readonly TimeSpan UsualCatchUp = TimeSpan.FromDays(1);
    private static readonly TimeSpan CatchUpMax = TimeSpan.FromDays(31);
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <param name="campaigns">The object at <see cref="Section"/>.</param>
    /// <param name="recipes">What can be run: a sequence that cannot is an error now and not at night.</param>
    /// <returns>The campaigns, or the first error of each that has one.</returns>
    public static Declared<IReadOnlyList<CampaignPlan>> Read(HoconObject campaigns, RecipeCatalog recipes)
    {
        var read = ImmutableArray.CreateBuilder<CampaignPlan>();
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var field in campaigns.Fields.Where(field => field.Value is not HoconScalar { IsNull: true }))
        {
            try
            {
                var whole = new HoconReader(new HoconObject([new HoconField(field.Key, field.Value, field.AssignedAt)], field.AssignedAt));
                read.Add(ReadOne(field.Key, whole.GetObject(HoconPath.Of(field.Key).ToString()), recipes));
                whole.EnsureAllKeysUsed();
            }
            catch (HoconException error)
            {
                errors.AddRange(error.Message.Split('\n'));
            }
        }

        return errors.Count == 0
            ? new Declared<IReadOnlyList<CampaignPlan>>.Valid(read.ToImmutable())
            : new Declared<IReadOnlyList<CampaignPlan>>.Invalid(errors.ToImmutable());
    }

    private static CampaignPlan ReadOne(string name, HoconReader campaign, RecipeCatalog recipes) => new(
        name,
        campaign.Has("nightly") ? ReadNightly(campaign.GetObject("nightly"), recipes) : null,
        campaign.Has("resubmit") ? ReadResubmit(campaign.GetObject("resubmit")) : null);

    private static NightlySubmission ReadNightly(HoconReader nightly, RecipeCatalog recipes)
    {
        var catchUp = nightly.GetDurationOrDefault("catch-up", UsualCatchUp);
        if (catchUp < TimeSpan.Zero || catchUp > CatchUpMax)
        {
            throw nightly.Error("catch-up", $"is {catchUp.TotalDays} days; expected 0 to {CatchUpMax.TotalDays} days");
        }

        var sequence = nightly.GetString("sequence");
        return Sequence.Parse(sequence, recipes).TryGet(out var parsed, out var errors)
            ? new NightlySubmission(
                ReadCalendar(nightly),
                catchUp,
                nightly.GetString("user"),
                parsed.Text,
                [.. nightly.GetStringListOrDefault("options", [])],
                ReadUnit(nightly),
                nightly.GetInt32OrDefault("priority", 0),
                [.. nightly.GetStringListOrDefault("tags", [])])
            : throw nightly.Error("sequence", $"cannot be run: {string.Join(' ', errors.Select(error => error.Message))}");
    }

    /// <summary>A misspelt word would name every night alike. Options are left alone: braces may mean something to a recipe.</summary>
    private static string ReadUnit(HoconReader nightly)
    {
        var unit = nightly.GetStringOrDefault("unit", "{night}")!;
        return BracedWord().Matches(unit).FirstOrDefault(word => !NightlySubmission.Words.Contains(word.Value)) is { } unknown
            ? throw nightly.Error("unit", $"has {unknown.Value}; what is replaced there is {string.Join(" and ", NightlySubmission.Words)}")
            : unit;
    }

    [GeneratedRegex(@"\{\w*\}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex BracedWord();

    private static Calendar ReadCalendar(HoconReader nightly)
    {
        var (from, until) = (ReadDay(nightly, "from"), ReadDay(nightly, "until"));
        return until < from
            ? throw nightly.Error("until", "lies before 'from': nothing would ever be submitted")
            : new Calendar(ReadTime(nightly), ReadDays(nightly), from, until);
    }

    private static TimeOnly ReadTime(HoconReader nightly) =>
        TimeOnly.TryParseExact(nightly.GetString("at"), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw nightly.Error("at", $"is '{nightly.GetString("at")}'; expected a time of day in UTC such as \"14:00\"");

    private static ImmutableSortedSet<DayOfWeek> ReadDays(HoconReader nightly) =>
        [.. nightly.GetStringListOrDefault("days", []).Select(day => Array.IndexOf(DayNames, day) is var index and >= 0
            ? (DayOfWeek)((index + 1) % DayNames.Length)
            : throw nightly.Error("days", $"has '{day}'; expected {string.Join(", ", DayNames)}"))];

    private static DateOnly? ReadDay(HoconReader nightly, string key) => !nightly.Has(key)
        ? null
        : DateOnly.TryParseExact(nightly.GetString(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw nightly.Error(key, $"is '{nightly.GetString(key)}'; expected a day such as 2026-11-27");

    private static ResubmitRules ReadResubmit(HoconReader resubmit)
    {
        var rules = new ResubmitRules(
            resubmit.GetInt32("times", min: 1, max: 100),
            resubmit.GetDurationOrDefault("after", TimeSpan.FromMinutes(10)),
            resubmit.GetDurationOrDefault("within", TimeSpan.FromDays(2)));
        return rules.After >= TimeSpan.Zero && rules.After < rules.Within
            ? rules
            : throw resubmit.Error("after", $"is {rules.After.TotalSeconds} s; expected 0 or more, and less than 'within' ({rules.Within.TotalSeconds} s)");
    }
}
