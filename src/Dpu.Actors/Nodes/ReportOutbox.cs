using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>Outcomes on their way to their jobs, one message for each job and kind, so that one commit covers all that ended together.</summary>
internal sealed class ReportOutbox
{
    private readonly Dictionary<IActorRef<JobMessage>, List<(AttemptId Attempt, AttemptOutcome Outcome)>> _byJob = [];

    /// <summary>How many outcomes wait.</summary>
    public int Count { get; private set; }

    public void Add(IActorRef<JobMessage> job, AttemptId attempt, AttemptOutcome outcome)
    {
        Count++;
        if (!_byJob.TryGetValue(job, out var outcomes))
        {
            outcomes = [];
            _byJob.Add(job, outcomes);
        }

        outcomes.Add((attempt, outcome));
    }

    public void Flush(string node, IActorRef<NodeMessage> self)
    {
        foreach (var (job, outcomes) in _byJob)
        {
            var ended = outcomes.Where(o => o.Outcome is AttemptOutcome.Ended).ToList();
            if (ended.Count > 0)
            {
                var reports = ended.Select(o => ((AttemptOutcome.Ended)o.Outcome).Report).ToImmutableArray();
                Tell(job, new JobCommand.ReportEnds(node, reports), ended.Select(o => o.Attempt), self);
            }

            foreach (var lost in outcomes.Where(o => o.Outcome is AttemptOutcome.Lost).GroupBy(o => ((AttemptOutcome.Lost)o.Outcome).Reason, StringComparer.Ordinal))
            {
                var attempts = lost.Select(o => new TaskAttempt(o.Attempt.Task, o.Attempt.Number)).ToImmutableArray();
                Tell(job, new JobCommand.ReportLost(node, attempts, lost.Key), lost.Select(o => o.Attempt), self);
            }
        }

        _byJob.Clear();
        Count = 0;
    }

    private static void Tell(IActorRef<JobMessage> job, JobCommand command, IEnumerable<AttemptId> attempts, IActorRef<NodeMessage> self) =>
        job.Tell(new JobMessage.Reported(command, [.. attempts], self));
}
