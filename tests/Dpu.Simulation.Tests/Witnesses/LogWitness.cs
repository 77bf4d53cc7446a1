using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Simulated;

/// <summary>
/// 8: when the journal says that an attempt has ended, its lines can be read, all of them, in order; no keeper forgets a line that is not on disk. While the logs
/// fail they may be late. Lines that a keeper had not handed over when it died are lost with it, and only those, from some line on.
/// </summary>
internal sealed class LogWitness(SimulatedWorld world, DurableLogs logs, Func<SimulatedFrontend?> frontend)
{
    public void Ended(AttemptId attempt, AttemptEnd end, bool isSearched)
    {
        if (world.Faults.LogsHaveFailed)
        {
            return;
        }

        var recipe = world.Recipes[attempt];
        if (isSearched)
        {
            // The first pattern fits every line.
            var found = end.Findings.FirstOrDefault(finding => finding.Pattern == "any")?.Count ?? 0;
            ViolationException.Unless(recipe.Lines.Count == found, $"{attempt} wrote {recipe.Lines.Count} lines, {found} of them were found");
        }

        Compare(recipe, Lines(attempt, frontend()?.PendingLogs ?? []), "after its end");
    }

    public void Forget(SimulatedKeeper keeper, LauncherEvent.Output output) => ViolationException.Unless(
        logs.Holds(keeper.Incarnation, output.SequenceNr),
        $"the keeper was told to forget a line of {output.Attempt} which is not durable");

    public void CheckAtRest()
    {
        foreach (var recipe in world.Recipes.History)
        {
            Compare(recipe, Lines(recipe.Attempt, []), "at rest");
        }
    }

    private static void Compare(SimulatedRecipe recipe, List<string> lines, string when) => ViolationException.Unless(
        recipe.MayHaveLostLines ? recipe.Lines.Take(lines.Count).SequenceEqual(lines) : recipe.Lines.SequenceEqual(lines),
        $"{recipe.Attempt} wrote [{string.Join('|', recipe.Lines)}], its log shows [{string.Join('|', lines)}] {when}");

    private List<string> Lines(AttemptId attempt, IEnumerable<LogChunk> pending)
    {
        var chunks = logs.Of(attempt).Concat(pending.Where(chunk => chunk.Attempt == attempt && !logs.Holds(chunk.Incarnation, chunk.SequenceNr)));
        return [.. chunks.DistinctBy(chunk => (chunk.Incarnation, chunk.SequenceNr)).Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span).TrimEnd('\n'))];
    }
}
