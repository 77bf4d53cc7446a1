using Dpu.Domain.Jobs;
using Dpu.Journal.Views;

namespace Dpu.Simulated;

/// <summary>6: the views show what the journal tells. 2: an output is visible only when it is of the attempt whose outcome counts.</summary>
internal sealed class ViewWitness(IViews views)
{
    public void Compare(Dictionary<JobId, JobWitness> jobs)
    {
        foreach (var (id, job) in jobs)
        {
            var details = InMemory.Completed(views.GetJobAsync(id, CancellationToken.None)) ?? throw new ViolationException($"the views do not know job {id}");
            ViolationException.Unless(
                details.Job.Status == job.State.Status && details.Job.Counts == job.Counts && details.Job.EndedAt == job.State.EndedAt,
                $"the views show job {id} as {details.Job.Status} {details.Job.Counts}, the journal tells {job.State}");
            var shown = InMemory.Completed(views.GetTasksAsync(id, new TaskFilter(), CancellationToken.None));
            for (var task = 0; task < job.Tasks.Count; task++)
            {
                ViolationException.Unless(
                    shown[task].State == Shown(job.Tasks[task]) && shown[task].Attempts.Length == job.Tasks[task].Attempts,
                    $"the views show task {id}/{task} as {shown[task].State}, the journal tells {Shown(job.Tasks[task])}");
            }
        }
    }

    public void CompareResults(Dictionary<JobId, JobWitness> jobs)
    {
        foreach (var (id, job) in jobs)
        {
            foreach (var result in InMemory.Completed(views.GetResultsAsync(id, CancellationToken.None)))
            {
                var maker = result.File.MadeBy!.Value;
                var task = job.Tasks[maker.Task];
                ViolationException.Unless(
                    maker.Job == id && task.Outcome == TaskState.Normal && task.Attempts == maker.Number,
                    $"{result.File.Id} is visible, and {maker} is not the accepted attempt");
            }
        }
    }

    private static TaskViewState Shown(TaskWitness task) => task switch
    {
        { Outcome: TaskState.Normal } => TaskViewState.Normal,
        { Outcome: TaskState.Error } => TaskViewState.Error,
        { Outcome: TaskState.Aborted } => TaskViewState.Aborted,
        { Unknown: true } => TaskViewState.Unknown,
        { Held: true } => TaskViewState.Held,
        { Running: true } => TaskViewState.Running,
        _ => TaskViewState.Submitted,
    };
}
