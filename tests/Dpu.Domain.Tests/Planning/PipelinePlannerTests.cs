using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;
using static Dpu.Domain.Tests.Recipes.SamplePipelines;

namespace Dpu.Domain.Tests.Planning;

public sealed class PipelinePlannerTests
{
    private const string Survey = """
        survey {
          options { tract { type = string, default = "", select { input = rows, key = tract } } }
          query { command = [rows] }
          steps {
            registry { command = [x], inputs { raw { type = raw } }, outputs { registry { type = registry, pattern = "r" } } }
            process  { command = [x], inputs { raw { type = raw, from = rows }, registry { type = registry, from = registry } }, divide-by = [visit, ccd], outputs { calexp { type = calexp, pattern = "c" } } }
            warp     { command = [x], inputs { calexp { type = calexp }, registry { type = registry, from = registry } }, divide-by = [tract, patch, visit, filter], outputs { warp { type = warp, pattern = "w" } } }
            coadd    { command = [x], inputs { warp { type = warp } }, divide-by = [tract, patch, filter], outputs { coadd { type = coadd, pattern = "d" } } }
            detect   { command = [x], inputs { coadd { type = coadd } }, divide-by = [tract, patch, filter], outputs { det { type = det, pattern = "e" } } }
            merge    { command = [x], inputs { det { type = det } }, divide-by = [tract, patch], outputs { merged { type = merged, pattern = "m" } } }
            measure  { command = [x], inputs { coadd { type = coadd, from = coadd }, merged { type = merged, from = merge } }, divide-by = [tract, patch, filter] }
          }
        }
        """;

    /// <summary>The rows of DMTN-059: one tract, 4 patches, 2 filters, 8 visits × 2 ccds; each frame overlaps all patches.</summary>
    private static InputRow[] SurveyRows { get; } =
    [
        .. from visit in Enumerable.Range(1, 8)
           from ccd in Enumerable.Range(4, 2)
           from patch in new[] { "8,6", "8,7", "9,6", "9,7" }
           select Row(File($"v{visit}-{ccd}", "raw", ("visit", $"{visit}"), ("ccd", $"{ccd}"), ("filter", visit <= 4 ? "HSC-I" : "HSC-R")), ("tract", "0"), ("patch", patch)),
    ];

    [Fact]
    public void The_run_of_a_survey_gives_exactly_its_executions()
    {
        var plan = Plan(Read(Survey), "survey", SurveyRows);

        plan.Steps.Select(step => $"{step.Name} {step.Count}").ShouldBe(["registry 1", "process 16", "warp 32", "coadd 8", "detect 8", "merge 4", "measure 8"]);
        plan.Shape(1)[0].ShouldBe("ccd=4 visit=1 ← 0");
        plan.Ids(1, 0, "raw").ShouldBe(["v1-4"]);
        plan.Shape(2)[0].ShouldBe("filter=HSC-I patch=8,6 tract=0 visit=1 ← 0,1,2");
        plan.Shape(5)[0].ShouldBe("patch=8,6 tract=0 ← 57,58");
        plan.Shape(6)[0].ShouldBe("filter=HSC-I patch=8,6 tract=0 ← 49,65");
        plan.Shape(6)[1].ShouldBe("filter=HSC-R patch=8,6 tract=0 ← 50,65");
        plan.Groups(6).Inputs.Select(rule => (rule.Name, rule.UpstreamSteps.Single())).ShouldBe([("coadd", 3), ("merged", 5)]);
    }
}
