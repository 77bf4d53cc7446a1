using System.Globalization;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;
using Spectre.Console;

namespace Dpu.Cli.Top;

/// <summary>
/// Draws what is known into so many lines of so many columns. A pure function: markup of Spectre.Console, which becomes colours where there are any; nothing is told by colour alone.
/// </summary>
internal static class TopScreen
{
    private const int BarWidth = 10;
    private const int NodeRowsMin = 3;
    private const string Title = "bold";

    private static readonly string[] StatusOrder = ["RUNNING", "QUEUED", "HELD", "FINISHED", "FAILED", "CANCELLED"];

    public static IReadOnlyList<string> Draw(TopModel model, int width, int height)
    {
        var head = Head(model, width);
        var nodes = Nodes(model.Stats.Nodes, width, Math.Max(NodeRowsMin, (height - head.Count) / 3));
        var room = height - head.Count - nodes.Count - 3;
        return [.. head, "", .. nodes, "", .. Jobs(model, width, Math.Max(1, room))];
    }

    private static List<string> Head(TopModel model, int width)
    {
        var (dpu, stats) = (model.Dpu, model.Stats);
        var state = stats.State ?? dpu.State;
        var left = $"dpu {dpu.Dpu} {dpu.Version.Split('+')[0]}  {state}  up {Units.Duration(TimeSpan.FromSeconds(stats.UptimeSeconds))}";
        var right = model.At.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
        var jobs = string.Join("  ", StatusOrder.Where(stats.Jobs.ByStatus.ContainsKey).Select(status => $"{status} {Units.Number(stats.Jobs.ByStatus[status])}"));
        List<string> lines =
        [
            Styled(Spread(left, right, width), state == HealthInfo.Ready ? Title : "bold red"),
            Plain($"jobs   {(jobs.Length == 0 ? "none yet" : jobs)}", width),
            Plain($"tasks  N/E/A/S/U {stats.Tasks}   {Units.Number(stats.TasksPerSecondLastMinute)} tasks/s in the last minute", width),
        ];
        if ((model.Lost ?? stats.Reason) is { } trouble)
        {
            lines.Add(Styled(Fit("! " + trouble, width), "bold red"));
        }

        return lines;
    }

    private static List<string> Nodes(IReadOnlyList<NodeInfo> nodes, int width, int rows)
    {
        var name = Math.Clamp(nodes.Select(node => node.Name.Length).Append(4).Max(), 4, 20);
        List<string> lines = [Styled(Fit($"{Padded("NODE", name)}  {Padded("STATE", 11)}  {Padded("CPUS", BarWidth + 2)}  {"RUNS",5}  {"WAITS",5}  MEMORY", width), Title)];
        var shown = nodes.OrderBy(node => node.State is "Up" ? 1 : 0).ThenByDescending(node => node.Running).ThenBy(node => node.Name, StringComparer.Ordinal).ToList();
        var hidden = shown.Count > rows - 1 ? shown.Count - (rows - 2) : 0;
        foreach (var node in shown.Take(shown.Count - hidden))
        {
            var bar = Bar(node.Running, Math.Max(1, node.Cpus));
            var line = $"{Padded(node.Name, name)}  {Padded(node.State, 11)}  {bar}  {node.Running,5}  {node.Waiting,5}  {Units.Size(node.MemoryBytes)}{(node.Reason is { } reason ? $"  {reason}" : "")}";
            lines.Add(Styled(Fit(line, width), node.State switch { "Up" => "default", "Draining" => "yellow", _ => "red" }));
        }

        if (hidden > 0)
        {
            lines.Add(Plain($"and {hidden} more nodes", width));
        }

        return nodes.Count > 0 ? lines : [.. lines, Plain("no node has joined: 'dpu node' starts one", width)];
    }

    private static IEnumerable<string> Jobs(TopModel model, int width, int rows)
    {
        yield return Styled(Fit($"{"JOBID",7}  {Padded("STATUS", 9)}  {Padded("DONE", BarWidth + 2)}  {Padded("N/E/A/S/U", 15)}  {Padded("USER", 8)}  {"TIME",8}  SEQUENCE", width), Title);
        var jobs = model.InOrder().ToList();
        if (jobs.Count == 0)
        {
            yield return Plain("nothing was submitted yet: 'dpu run --help' tells how", width);
        }

        foreach (var job in jobs.Take(rows))
        {
            var total = Math.Max(1, job.Counts.Total);
            var bar = Bar(job.HasEnded ? total : job.Counts.Total - job.Counts.S - job.Counts.U, total);
            var time = Units.Duration((job.Ended ?? model.At) - (job.Started ?? job.Submitted));
            var line = $"{job.JobId,7}  {Padded(job.Status, 9)}  {bar}  {Padded(job.Counts.ToString(), 15)}  {Padded(job.User, 8)}  {time,8}  {job.Sequence}";
            yield return Styled(Fit(line, width), job.Status switch { "RUNNING" => "green", "FAILED" => "red", "HELD" => "yellow", _ => "default" });
        }
    }

    private static string Bar(int done, int of)
    {
        var full = (int)Math.Clamp((long)done * BarWidth / of, 0, BarWidth);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }

    private static string Padded(string text, int width) => Fit(text, width).PadRight(width);

    private static string Spread(string left, string right, int width) =>
        left.Length + right.Length + 2 <= width ? Visible.Text(left) + new string(' ', width - left.Length - right.Length) + right : Fit(left, width);

    private static string Plain(string text, int width) => Markup.Escape(Fit(text, width));

    private static string Styled(string text, string style) => $"[{style}]{Markup.Escape(text)}[/]";

    /// <summary>Text that is harmless for the terminal, in no more columns than there are.</summary>
    private static string Fit(string text, int width)
    {
        var safe = Visible.Text(text);
        var elements = new StringInfo(safe);
        return elements.LengthInTextElements <= width ? safe : elements.SubstringByTextElements(0, Math.Max(0, width - 1)) + "~";
    }
}
