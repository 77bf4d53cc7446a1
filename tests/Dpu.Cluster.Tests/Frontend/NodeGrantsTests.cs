using Dpu.Actors.Jobs;
using Dpu.Cluster.Frontend;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Frontend;

public sealed class NodeGrantsTests
{
    /// <summary>Names hash differently in each process: whatever is done for each of them must not follow the hashes, or nothing could be replayed.</summary>
    [Fact]
    public void What_a_node_was_given_is_told_in_the_order_of_the_attempts()
    {
        var grants = new NodeGrants();
        var job = new TestProbe<JobMessage>();
        foreach (var task in new[] { 5, 2, 9, 0, 7, 1, 8, 3 })
        {
            grants.Give("n1", Given.Start(task), job);
            grants.Give("n2", Given.Start(task + 100), job);
        }

        grants.Of("n1").Select(granted => granted.Start.Attempt.Task).ShouldBe([0, 1, 2, 3, 5, 7, 8, 9]);
    }
}
