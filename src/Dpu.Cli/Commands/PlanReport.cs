using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>Shows what a submission would become: the common way of <c>run --dry-run</c> and <c>exec --dry-run</c>.</summary>
internal static class PlanReport
{
    public static async Task<int> RunAsync(Invocation invocation, bool json, Func<DpuHttpClient, CancellationToken, Task<PlanPreview>> preview)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var plan = await preview(http, CancellationToken.None);
        if (json)
        {
            context.WriteJson(plan, ApiJson.Readable.PlanPreview);
        }
        else
        {
            PlanText.Write(plan, context.Out);
        }

        foreach (var problem in plan.Problems)
        {
            context.Say($"dpu: {ProblemText.Item(problem)}");
        }

        foreach (var warning in plan.Warnings ?? [])
        {
            context.Say($"dpu: warning: {warning}");
        }

        return plan.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.WrongCommand;
    }
}
