using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Frontend;

/// <summary>What a frontend makes of the outputs that a node reports.</summary>
public sealed class OutputReportTests
{
    private static readonly OutputFile Output = new(
        "7.0.1.reduced", "a.fits", "7/0.1/a.fits", 10, new string('a', 64), "reduced", true, ImmutableSortedDictionary<string, MetadataValue>.Empty, []);

    private readonly FrontendBench _bench = new();
    private readonly FakeLink _link;
    private readonly IActorRef<NodeMessage> _node;

    public OutputReportTests()
    {
        (_link, _node) = _bench.Join();
        _bench.Give(_node, Given.Start(0) with
        {
            Work = new TaskWork.Directed("Reduce", ImmutableSortedDictionary<string, string>.Empty, [], ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty, []),
        });
    }

    [Fact]
    public void Outputs_that_arrived_are_reported_as_they_are()
    {
        _bench.Brought[(Given.Attempt(0), "a.fits")] = new BroughtOutput(10, Output.Sha256);
        Report();
        Told().ShouldHaveSingleItem().Outputs.ShouldBe([Output]);
    }

    [Fact]
    public void Outputs_that_did_not_arrive_are_a_failure_of_the_attempt()
    {
        Report();
        var report = Told().ShouldHaveSingleItem();
        report.Cause.ShouldBe(FailureCause.Data);
        report.Message.ShouldBe("what its node reported cannot be: the output '7/0.1/a.fits' did not arrive in the store");
        report.Outputs.ShouldBeEmpty();
    }

    [Fact]
    public void While_the_store_cannot_be_read_nothing_is_told_and_the_node_may_report_again()
    {
        _bench.Brought[(Given.Attempt(0), "a.fits")] = new BroughtOutput(10, Output.Sha256);
        _bench.StoreFails = new IOException("no such disk");
        Report();
        _bench.Job.ExpectNoMoreMessages();

        _bench.StoreFails = null;
        Report();
        Told().ShouldHaveSingleItem().Cause.ShouldBeNull();
    }

    [Fact]
    public void What_arrived_is_tidied_up_once_the_attempt_is_settled()
    {
        _node.Tell(new NodeMessage.Settled([Given.Attempt(0), Given.Attempt(1)]));
        _bench.World.RunUntilIdle();
        _bench.Closed.ShouldBe([Given.Attempt(0)]);
    }

    private void Report() => _bench.Say(_link, new UpFrame.Ended(Given.Job, [Given.Report(0) with { Outputs = [Output] }]));

    private ImmutableArray<AttemptReport> Told() => _bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportEnds>().Reports;
}
