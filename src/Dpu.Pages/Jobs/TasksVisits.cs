using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Jobs;

/// <summary>The tasks of a job, and one of them.</summary>
internal static class TasksVisits
{
    private const int TasksOfAPage = 100;

    public static async Task<PageAnswer> ListAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        var filter = new TasksFilter(visit.QueryText("state"), visit.QueryText("step"), visit.QueryText("node"), visit.QueryText("cause"), visit.QueryText("after"));
        var address = filter.Of(new Query($"/jobs/{head.Id}/tasks")).With("lines", "false").With("limit", TasksOfAPage);
        var reply = await visit.Api.TryGetAsync(address.ToString(), ApiJson.Default.IReadOnlyListTaskDetail);
        var tasks = reply.Require();
        var next = reply.Next is null ? null : (filter with { After = tasks[^1].Task.ToString(System.Globalization.CultureInfo.InvariantCulture) }).Of(new Query($"/jobs/{head.Id}/tasks")).ToString();
        return PageAnswer.Of<TasksPage>(new TasksModel(head, tasks, filter, next));
    }

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        var task = await visit.Api.GetAsync($"/jobs/{head.Id}/tasks/{visit.RouteText("task")}", ApiJson.Default.TaskInside);
        return PageAnswer.Of<TaskPage>(new TaskModel(head, task));
    }
}
