using Dpu.Client.Contracts;
using Dpu.Pages.Parts.Graphs;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests.Parts;

/// <summary>Graphs: which column a box stands in, what is drawn as one box, what a history looks like.</summary>
public sealed class GraphTests
{
    [Fact]
    public void What_comes_of_something_stands_right_of_it_and_what_is_used_late_stands_close()
    {
        var columns = GraphColumns.Of(Chain("raw>bias", "bias>flat", "flat>science", "late>science"));
        columns["raw"].ShouldBe(0);
        columns["flat"].ShouldBe(2);
        columns["science"].ShouldBe(3);
        columns["late"].ShouldBe(2);
    }

    [Fact]
    public void A_circle_in_wrong_data_is_drawn_all_the_same()
    {
        var graph = Chain("a>b", "b>c", "c>a");
        GraphColumns.Of(graph).Values.ShouldBe([0, 1, 2], ignoreOrder: true);
        GraphLayout.Of(graph).Nodes.Count.ShouldBe(3);
        GraphLayout.Of(graph).Edges.Count.ShouldBe(3);
    }

    [Fact]
    public void A_history_longer_than_a_stack_is_deep_has_columns()
    {
        var graph = Chain([.. Enumerable.Range(0, 20_000).Select(number => $"{number}>{number + 1}")]);
        GraphColumns.Of(graph)["20000"].ShouldBe(20_000);
    }

    [Fact]
    public void Boxes_of_a_column_do_not_touch_and_lines_end_at_their_boxes()
    {
        var layout = GraphLayout.Of(Chain("a>d", "b>d", "c>d", "a>e", "d>f", "a>f"));
        foreach (var column in layout.Nodes.GroupBy(node => node.X))
        {
            var tops = column.Select(node => node.Y).Order().ToList();
            tops.Zip(tops.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First > GraphLayout.BoxHeight);
        }

        var (a, f) = (layout.Nodes.Single(node => node.Node.Id == "a"), layout.Nodes.Single(node => node.Node.Id == "f"));
        var far = layout.Edges.Single(edge => edge.Edge.From == "a" && edge.Edge.To == "f");
        far.Points[0].ShouldBe((a.X + GraphLayout.BoxWidth, a.Y + (GraphLayout.BoxHeight / 2)));
        far.Points[^1].ShouldBe((f.X, f.Y + (GraphLayout.BoxHeight / 2)));
        far.Points.Count.ShouldBe(4, "it passes the column between at a place of its own");
    }

    [Fact]
    public void Many_of_a_kind_are_one_box_and_few_are_not()
    {
        var many = Chain([.. Enumerable.Range(0, 5).Select(number => $"raw{number}>master"), "flat>master"]);
        var gathered = GraphCrowds.Gather(many, node => node.Id.StartsWith("raw", StringComparison.Ordinal) ? "raw" : null);
        gathered.Nodes.Select(node => node.Label).ShouldBe(["5 × raw", "flat", "master"], ignoreOrder: true);
        gathered.Edges.Count.ShouldBe(2);

        var few = Chain([.. Enumerable.Range(0, 4).Select(number => $"raw{number}>master")]);
        GraphCrowds.Gather(few, static _ => "raw").Nodes.Count.ShouldBe(5);

        // As many as fit, and not joined with the same: each has a way of its own.
        var apart = Chain([.. Enumerable.Range(0, 9).Select(number => $"raw{number}>reduced{number}")]);
        GraphCrowds.Gather(apart, static _ => "frame").Nodes.Count.ShouldBe(18);
    }

    [Fact]
    public void However_much_there_is_a_column_has_no_more_boxes_than_one_can_look_at()
    {
        var graph = Chain([.. Enumerable.Range(0, 500).Select(number => $"raw{number}>master")]);
        var gathered = GraphCrowds.Gather(graph, static _ => null);
        gathered.Nodes.Count.ShouldBe(GraphCrowds.RowsMax + 1);
        gathered.Nodes.Select(node => node.Label).ShouldContain("491 more");
        gathered.Edges.ShouldAllBe(edge => edge.To == "master");
    }

    [Fact]
    public void A_history_is_drawn_through_its_attempts_and_says_what_is_hidden()
    {
        var (raw, bias) = (File("r", "raw.fits", "raw-bias"), File("b", "bias.fits", "master-bias"));
        var history = new Provenance(
            bias,
            [
                new ProvenanceEdge("b", "7/0/1", "wasGeneratedBy"), new ProvenanceEdge("b", "r", "wasDerivedFrom"), new ProvenanceEdge("7/0/1", "r", "used"),
                new ProvenanceEdge("7/0/1", "(not visible)", "used"),
            ],
            [bias, raw])
        {
            Processes = [new ProvenanceAttempt("7/0/1", "Bias", "node-1", DateTimeOffset.UnixEpoch, null)],
        };
        var graph = ProvenanceGraph.Of([history], "b");
        graph.Edges.Select(edge => (edge.From, edge.Relation, edge.To)).ShouldBe(
            [("7/0/1", "made", "b"), ("r", "was read by", "7/0/1"), ("(not visible) 7/0/1", "was read by", "7/0/1")], ignoreOrder: true);
        var attempt = graph.Nodes.Single(node => node.Id == "7/0/1");
        (attempt.Label, attempt.Detail, attempt.Address, attempt.Kind).ShouldBe(("Bias", "job 7, task 0", "/jobs/7/tasks/0", "attempt"));
        graph.Nodes.Single(node => node.IsRoot).Label.ShouldBe("bias.fits");
        graph.Nodes.Single(node => node.Kind == "hidden").Address.ShouldBeNull();
    }

    private static FileRecord File(string id, string name, string type) =>
        new(id, $"/store/{name}", type, 1, new string('0', 64), new Dictionary<string, ApiValue>(), null, name, Main: true, Committed: true);

    private static Graph Chain(params IReadOnlyList<string> edges)
    {
        var pairs = edges.Select(edge => edge.Split('>')).ToList();
        return new Graph(
            [.. pairs.SelectMany(pair => pair).Distinct().Select(id => new GraphNode(id, id, null, "file"))],
            [.. pairs.Select(pair => new GraphEdge(pair[0], pair[1], "became"))]);
    }
}
