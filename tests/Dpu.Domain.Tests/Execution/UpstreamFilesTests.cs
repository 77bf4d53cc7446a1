using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

/// <summary>Three tasks make files that a fourth reads; a fifth reads nothing.</summary>
public sealed class UpstreamFilesTests
{
    private static readonly JobPlan Plan = Given.Steps([[], [], [], []], [[0, 1, 2]]);

    [Fact]
    public void A_task_is_near_the_node_that_made_most_of_its_bytes()
    {
        var state = Made("a", 0, bytes: 5, Made("b", 1, bytes: 3, Made("b", 2, bytes: 3, Given.Job(Plan))));

        UpstreamFiles.MostlyOn(state, 4).ShouldBe("b");
        UpstreamFiles.MostlyOn(state, 3).ShouldBeNull();
    }

    [Fact]
    public void Of_nodes_that_made_as_much_it_is_the_first_by_name_and_what_it_does_not_read_does_not_count()
    {
        var state = Made("b", 0, bytes: 5, Made("a", 1, bytes: 5, Made("c", 2, bytes: 50, Given.Job(Plan), type: "log")));

        UpstreamFiles.MostlyOn(state, 4).ShouldBe("a");
    }

    [Fact]
    public void Before_anything_was_made_or_of_empty_files_there_is_none()
    {
        UpstreamFiles.MostlyOn(Given.Job(Plan), 4).ShouldBeNull();
        UpstreamFiles.MostlyOn(Made("a", 0, bytes: 0, Given.Job(Plan)), 4).ShouldBeNull();
    }

    private static JobState Made(string node, int task, long bytes, JobState before, string type = "product")
    {
        var report = Given.Report(task) with { Outputs = [Given.Output(task, 1, type) with { SizeBytes = bytes }] };
        return Given.After(Given.After(before, Given.Start(task) with { Node = node }), new JobCommand.ReportEnds(node, [report]));
    }
}
