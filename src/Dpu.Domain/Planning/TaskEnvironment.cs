using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Execution;
using Dpu.Domain.Shipping;

namespace Dpu.Domain.Planning;

/// <summary>The environment of a task: the whole of it, and nothing secret.</summary>
public static class TaskEnvironment
{
    /// <param name="start">The attempt.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="workDirectory">Absolute; also its home, and where its temporary files go, so that they vanish with it.</param>
    /// <param name="searchPath">The node's <c>PATH</c>.</param>
    /// <param name="codeTree">Where the code that came with its job is unpacked, absolute; null without any.</param>
    public static ImmutableArray<KeyValuePair<string, string>> For(TaskStart start, string node, string workDirectory, string searchPath, string? codeTree = null)
    {
        var own = Own(start, node, workDirectory, codeTree is null ? searchPath : $"{codeTree}/bin:{searchPath}");
        var code = codeTree is not null && start.Code is { } shipped ? Code(codeTree, shipped) : [];
        var taken = own.AddRange(code);
        var users = (start.Settings ?? ShippedSettings.None).Variables.Where(variable => !VariableNames.IsReserved(variable.Key) && !taken.Any(pair => pair.Key == variable.Key));
        return taken.AddRange(users);
    }

    private static ImmutableArray<KeyValuePair<string, string>> Own(TaskStart start, string node, string workDirectory, string searchPath) =>
    [
        new("DPU_JOB", start.Attempt.Job.ToString()),
        new("DPU_TASK", start.Attempt.Task.ToString(CultureInfo.InvariantCulture)),
        new("DPU_ATTEMPT", start.Attempt.ToString()),
        new("DPU_STEP", start.Step),
        new("DPU_NODE", node),
        new("DPU_WORKDIR", workDirectory),
        new("DPU_CPUS", start.Resources.Cpus.ToString(CultureInfo.InvariantCulture)),
        new("DPU_MEMORY_BYTES", start.Resources.MemoryBytes.ToString(CultureInfo.InvariantCulture)),
        new("PATH", searchPath),
        new("HOME", workDirectory),
        new("TMPDIR", workDirectory),

        // Numbers with a decimal point and texts in UTF-8, whatever the node's own language is.
        new("LANG", "C.UTF-8"),
        .. start.Trace is { } trace ? [new KeyValuePair<string, string>("TRACEPARENT", TraceRoot.HeaderOf(trace, start.Attempt))] : ImmutableArray<KeyValuePair<string, string>>.Empty,
    ];

    private static ImmutableArray<KeyValuePair<string, string>> Code(string tree, ShippedCode shipped) =>
    [
        new("AWEPIPE", tree),
        new("PYTHONPATH", tree),

        // Others run from the same tree, and nobody may write there.
        new("PYTHONDONTWRITEBYTECODE", "1"),
        new("DPU_CODE", tree),
        new("DPU_CODE_SHA256", shipped.Sha256),
    ];
}
