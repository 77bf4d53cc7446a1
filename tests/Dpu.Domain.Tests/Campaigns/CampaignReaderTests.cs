using Dpu.Domain.Campaigns;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Campaigns;

public sealed class CampaignReaderTests
{
    [Fact]
    public void A_campaign_is_read_with_its_night_and_its_rules()
    {
        var plan = Read("""
            "KIDS, 1" {
              nightly { at = "14:30", days = [mon, sun], from = 2026-12-01, until = 2027-03-31, catch-up = 2 d, user = survey, sequence = "Reduce > Regrid",
                options = [-i, WFI, -d, "{night}"], unit = "{date}", priority = 2, tags = [nightly] }
              resubmit { times = 3, after = 1 h, within = 1 d }
            }
            """).ShouldBeOfType<Declared<IReadOnlyList<CampaignPlan>>.Valid>().Value.ShouldHaveSingleItem();

        plan.Name.ShouldBe("KIDS, 1");
        plan.Nightly!.Calendar.At.ShouldBe(new TimeOnly(14, 30));
        plan.Nightly.Calendar.Days.ShouldBe([DayOfWeek.Sunday, DayOfWeek.Monday]);
        (plan.Nightly.Calendar.From, plan.Nightly.Calendar.Until).ShouldBe((new DateOnly(2026, 12, 1), new DateOnly(2027, 3, 31)));
        (plan.Nightly.CatchUp, plan.Nightly.User, plan.Nightly.Sequence).ShouldBe((TimeSpan.FromDays(2), "survey", "Reduce>Regrid"));
        plan.Nightly.Arguments.ShouldBe(["-i", "WFI", "-d", "{night}"]);
        plan.Resubmit.ShouldBe(new ResubmitRules(3, TimeSpan.FromHours(1), TimeSpan.FromDays(1)));
    }

    [Theory]
    [InlineData("""K { nightly { at = "25:00", user = u, sequence = Reduce } }""", "c.conf:1:", "a time of day in UTC")]
    [InlineData("""K { nightly { at = "14:00", user = u, sequence = Reduse } }""", "c.conf:1:", "did you mean 'Reduce'")]
    [InlineData("""K { nightly { at = "14:00", days = [monday], user = u, sequence = Reduce } }""", "c.conf:1:", "mon, tue")]
    [InlineData("""K { nightly { at = "14:00", from = 2026-13-01, user = u, sequence = Reduce } }""", "c.conf:1:", "a day such as")]
    [InlineData("""K { nightly { at = "14:00", from = 2026-12-02, until = 2026-12-01, user = u, sequence = Reduce } }""", "c.conf:1:", "nothing would ever be submitted")]
    [InlineData("""K { nightly { at = "14:00", user = u, sequence = Reduce, unit = "n{nihgt}" } }""", "c.conf:1:", "has {nihgt}; what is replaced there is {date} and {night}")]
    [InlineData("""K { nightly { at = "14:00", sequence = Reduce } }""", "c.conf:1:", "user is missing")]
    [InlineData("""K { resubmit { times = 0 } }""", "c.conf:1:", "times")]
    [InlineData("""K { resubmit { times = 1, after = 3 d, within = 2 d } }""", "c.conf:1:", "less than 'within'")]
    [InlineData("""K { nightli {} }""", "c.conf:1:", "nightly")]
    public void A_mistake_is_said_with_its_place(string text, string where, string what)
    {
        var error = Read(text).ShouldBeOfType<Declared<IReadOnlyList<CampaignPlan>>.Invalid>().Errors.ShouldHaveSingleItem();

        error.ShouldContain(where);
        error.ShouldContain(what);
    }

    private static Declared<IReadOnlyList<CampaignPlan>> Read(string text) =>
        CampaignReader.Read(HoconParser.ParseString(text, "c.conf"), SampleRecipes.Catalog);
}
