using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Domain.Explaining;

/// <summary>What the scheduler's reasons are in words, with the change that would mend them.</summary>
internal static class WaitWords
{
    public static Reason Of(StepWait wait, StepPlan step, ExplainedJob job)
    {
        var (code, message, suggestion) = Words(wait, step, job);
        return new Reason(code, $"{Count(wait.Tasks, step.Name)} {message}", wait.Tasks, suggestion);
    }

    /// <summary><c>1 task of Reduce waits:</c></summary>
    private static string Count(int tasks, string step) => Say($"{tasks} task{(tasks == 1 ? "" : "s")} of {step} wait{(tasks == 1 ? "s" : "")}:");

    private static (string Code, string Message, string? Suggestion) Words(StepWait wait, StepPlan step, ExplainedJob job) => wait.Reason switch
    {
        WaitReason.NoNode => ("no-node", "no node is there that takes work.", "start a node, or see 'dpu nodes'"),
        WaitReason.HostAway away => ("host-away", $"they belong to host {away.Host}, which is not here.{Known(job.Waits.Nodes)}", $"start a node named {away.Host}, or submit without that host"),
        WaitReason.TagsMissing tags => ("tags-missing", $"no node that is there has {(tags.Tags.Length == 1 ? "the tag" : "all the tags")} {string.Join(", ", tags.Tags)}.", "start a node with that tag, or submit without it"),
        WaitReason.ProgramMissing { Programs: [NodeAbout.Shipping] } => ("node-too-old", "no node that is there can be given code, settings or a version of the recipes with a task: their dpu is older than this frontend's.", "install this version of dpu on a node"),
        WaitReason.ProgramMissing missing => ("program-missing", $"no node that is there has the program of recipe {missing.Recipe} ({string.Join(", ", missing.Programs)}).", "install it on a node: a node looks again when it connects"),
        WaitReason.TooLarge large => TooLarge(large, step, job.Figures.GetValueOrDefault(wait.Step)),
        WaitReason.TooLong late => ("too-long", Say($"each is expected to take {Math.Ceiling(late.Seconds)} s; of the nodes that fit, {late.Node} has the most time left, until {late.EndsAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."), "nodes with a longer wall time would take them; or a shorter --time, if the estimate is wrong"),
        WaitReason.Busy busy => ("busy", Busy(busy), null),
        WaitReason.Limited limited => ("limited", Say($"{Limit(limited)} may run {limited.Max} at once, and {limited.Running} run."), null),
        WaitReason.NodesFull full => ("nodes-full", Say($"at most {full.MaxPerNode} of this step run on one node at once, and each node that fits has as many."), full.MaxPerNode == 1 ? "a larger --max-per-node lets more run" : null),
        WaitReason.Reserved kept when kept.For == job.Job => ("room-kept", $"room is being kept for it on {kept.Node}, until what runs there has ended{Until(kept.Until)}.", null),
        WaitReason.Reserved kept => ("reserved", $"room on {kept.Node} is kept for {(kept.For is { } first ? $"job {first}" : "another job")}, which has waited for it{Until(kept.Until)}.", "tasks with a short --time, or an estimate, may run before it"),
        WaitReason.Priority prior => ("priority", Say($"its priority is {prior.Own}; {prior.TasksBefore} tasks with priority up to {prior.Higher} come first."), Say($"a priority above {prior.Higher} would put it first")),
        WaitReason.FairShare share => ("fair-share", Say($"its user had {share.OwnShare:P0} of what all used lately; {share.LowestUser ?? "somebody else"} had {share.LowestShare:P0} and comes first."), null),
        WaitReason.Age age => ("age", Say($"{(age.Before is { } before ? $"job {before}" : "another job")} of the same user is older; {age.TasksBefore} tasks come before."), age.Before is { } older ? Say($"a higher priority than job {older}'s would put it first") : "a higher priority may put it first"),
        WaitReason.DataElsewhere data => ("data-elsewhere", $"node {data.Node} has its data: it waits for that one{Until(data.Until)}.", null),
        WaitReason.NodesUnfit unfit => ("nodes-unfit", $"{string.Join(", ", unfit.Nodes)} would fit, but {(unfit.Nodes.Length == 1 ? "is" : "are")} {(unfit.State == NodeState.Draining ? "drained" : "quarantined")}.", $"'dpu nodes' says why; 'dpu resume {unfit.Nodes.FirstOrDefault()}' gives it work again"),
        _ => throw new InvalidOperationException($"There is no reason {wait.Reason.GetType().Name}."),
    };

    private static (string Code, string Message, string? Suggestion) TooLarge(WaitReason.TooLarge large, StepPlan step, TaskFigures? figures)
    {
        if (large.Need.Cpus > large.Largest.Cpus)
        {
            return ("too-large", Say($"{step.Name} needs {large.Need.Cpus} cpus; the largest node that is there has {large.Largest.Cpus}."), "start a larger node, or ask for fewer cpus");
        }

        var (sentence, suggestion) = MemoryAdvice.TooMuch(step, large.Need.MemoryBytes, large.Largest.MemoryBytes, figures);
        return ("too-large", sentence + ".", suggestion);
    }

    private static string Busy(WaitReason.Busy busy) =>
        Say($"each needs {Text(busy.Need)}; the most that is free on one of {busy.Nodes} node{(busy.Nodes == 1 ? "" : "s")} is {Text(busy.MostFree)}.");

    private static string Limit(WaitReason.Limited limited) => limited.Of switch
    {
        "user" => $"user {limited.Name}",
        "recipe" => $"recipe {limited.Name}",
        _ => $"this step of {limited.Name}",
    };

    private static string Text(Resources resources) =>
        Say($"{resources.Cpus} cpu{(resources.Cpus == 1 ? "" : "s")}") + (resources.MemoryBytes == 0 ? "" : $" and {ByteSize.Text(resources.MemoryBytes)}");

    private static string Known(ImmutableArray<NodeStatus> nodes) => nodes.IsEmpty ? "" : $" Here: {string.Join(", ", nodes.Take(8).Select(node => node.Name))}{(nodes.Length > 8 ? " …" : "")}.";

    private static string Until(DateTimeOffset? time) => time is { } known ? Say($", until about {known.UtcDateTime:HH:mm:ss} UTC") : "";

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
