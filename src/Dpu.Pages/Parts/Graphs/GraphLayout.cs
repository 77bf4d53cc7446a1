namespace Dpu.Pages.Parts.Graphs;

/// <summary>Where a graph's boxes and lines are drawn, in units of the picture.</summary>
internal sealed record GraphLayout(IReadOnlyList<PlacedNode> Nodes, IReadOnlyList<PlacedEdge> Edges, double Width, double Height)
{
    public const double BoxWidth = 176;
    public const double BoxHeight = 44;

    private const double ColumnGap = 52;
    private const double RowGap = 14;
    private const double PassingHeight = 10;
    private const double Margin = 6;
    private const int Sweeps = 4;

    /// <summary>
    /// Columns by what follows from what; within a column as near as possible to what it is joined with. A line that goes over several columns keeps a place of its own in each, so
    /// that it runs between boxes and not behind them.
    /// </summary>
    public static GraphLayout Of(Graph graph)
    {
        var columns = GraphColumns.Of(graph);
        var slots = graph.Nodes.ToDictionary(node => node.Id, node => new Slot(columns[node.Id], BoxHeight), StringComparer.Ordinal);
        var all = slots.Values.ToList();
        var ways = new List<(GraphEdge Edge, IReadOnlyList<Slot> Way)>();
        foreach (var edge in graph.Edges.Where(edge => edge.From != edge.To && slots.ContainsKey(edge.From) && slots.ContainsKey(edge.To)))
        {
            ways.Add((edge, Way(slots[edge.From], slots[edge.To], all)));
        }

        var byColumn = all.GroupBy(slot => slot.Column).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        Order(byColumn);
        var height = Place(byColumn);
        var boxes = graph.Nodes.Select(node => new PlacedNode(node, XOf(slots[node.Id].Column), slots[node.Id].Middle - (BoxHeight / 2)));
        var lines = ways.Select(way => new PlacedEdge(way.Edge, [.. way.Way.SelectMany(PointsOf)]));
        return new GraphLayout([.. boxes], [.. lines], XOf(byColumn.Count - 1) + BoxWidth + Margin, height);
    }

    private static IReadOnlyList<Slot> Way(Slot from, Slot to, List<Slot> all)
    {
        var step = Math.Sign(to.Column - from.Column);
        List<Slot> way = [from];
        for (var column = from.Column + step; column != to.Column && step != 0; column += step)
        {
            way.Add(new Slot(column, PassingHeight));
            all.Add(way[^1]);
        }

        way.Add(to);
        for (var index = 1; index < way.Count; index++)
        {
            way[index].Joined.Add(way[index - 1]);
            way[index - 1].Joined.Add(way[index]);
        }

        return way;
    }

    /// <summary>A line enters a box or a passing place on its left and leaves it on its right.</summary>
    private static IEnumerable<(double X, double Y)> PointsOf(Slot slot, int index) => index == 0
        ? [(XOf(slot.Column) + BoxWidth, slot.Middle)]
        : slot.Height == PassingHeight
            ? [(XOf(slot.Column), slot.Middle), (XOf(slot.Column) + BoxWidth, slot.Middle)]
            : [(XOf(slot.Column), slot.Middle)];

    /// <summary>To the mean place of its neighbours in the column before, then in the one behind, some times over: few lines cross after that.</summary>
    private static void Order(List<List<Slot>> columns)
    {
        columns.ForEach(Number);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var direction = sweep % 2 == 0 ? 1 : -1;
            for (var index = direction > 0 ? 1 : columns.Count - 2; index >= 0 && index < columns.Count; index += direction)
            {
                var near = index - direction;
                var sorted = columns[index].OrderBy(slot => slot.MeanOf(near)).ToList();
                columns[index].Clear();
                columns[index].AddRange(sorted);
                Number(columns[index]);
            }
        }
    }

    private static void Number(List<Slot> column)
    {
        for (var index = 0; index < column.Count; index++)
        {
            column[index].Rank = index;
        }
    }

    /// <summary>Every column stands in the middle of the highest one.</summary>
    private static double Place(List<List<Slot>> columns)
    {
        static double HeightOf(List<Slot> column) => column.Sum(slot => slot.Height + RowGap) - RowGap;
        var highest = columns.Count == 0 ? 0 : columns.Max(HeightOf);
        foreach (var column in columns)
        {
            var y = Margin + ((highest - HeightOf(column)) / 2);
            foreach (var slot in column)
            {
                slot.Middle = y + (slot.Height / 2);
                y += slot.Height + RowGap;
            }
        }

        return highest + (2 * Margin);
    }

    private static double XOf(int column) => Margin + (column * (BoxWidth + ColumnGap));

    /// <summary>A place in a column: a box's, or one that a long line passes through.</summary>
    private sealed class Slot(int column, double height)
    {
        public int Column => column;

        public double Height => height;

        public List<Slot> Joined { get; } = [];

        public int Rank { get; set; }

        public double Middle { get; set; }

        /// <summary>Where its neighbours in a column stand; where it stands itself when it has none there.</summary>
        public double MeanOf(int neighbours)
        {
            var ranks = Joined.Where(slot => slot.Column == neighbours).Select(slot => (double)slot.Rank).ToList();
            return ranks.Count == 0 ? Rank : ranks.Average();
        }
    }
}

/// <summary>A box: its upper left corner.</summary>
internal sealed record PlacedNode(GraphNode Node, double X, double Y);

/// <summary>A line: points that it runs through, from box to box.</summary>
internal sealed record PlacedEdge(GraphEdge Edge, IReadOnlyList<(double X, double Y)> Points);
