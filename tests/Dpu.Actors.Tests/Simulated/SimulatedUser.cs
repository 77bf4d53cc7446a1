using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>
/// Submits jobs, sometimes twice at once, asks again whenever no answer comes, and cancels some. It stands outside of the service and
/// notices nothing of its crashes but missing answers.
/// </summary>
internal sealed class SimulatedUser(ClusterSimulation cluster, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"user{number}");

    private Random Random => cluster.World.Random;

    public async Task WorkAsync(int jobs)
    {
        for (var index = 0; index < jobs; index++)
        {
            await PauseAsync(TimeSpan.FromSeconds(3));
            await JobAsync(NewSubmission(string.Create(CultureInfo.InvariantCulture, $"{_name}-{index}")));
        }
    }

    /// <summary>Submits until it is told the job's number, and keeps at it after that.</summary>
    public async Task<JobId> SubmitAsync(Submission submission)
    {
        while (true)
        {
            switch (await AskAsync<SubmitReply>(
                replyTo => new FrontendMessage.Submit(submission, replyTo),
                reply => Check(submission, reply)))
            {
                case SubmitReply.Accepted accepted:
                    return accepted.Job;
                case SubmitReply.Refused { Reason: SubmitRefusal.Unavailable } or null:
                    await PauseAsync(TimeSpan.FromSeconds(1));
                    break;
                case SubmitReply.Refused refused:
                    throw new ViolationException($"{submission.IdempotencyKey} was refused: {string.Join(' ', refused.Errors)}");
                default:
                    throw new ViolationException("a submission is accepted or refused");
            }
        }
    }

    private async Task JobAsync(Submission submission)
    {
        var twice = Random.Next(3) == 0 ? SubmitAsync(submission) : null;
        var job = await SubmitAsync(submission);
        if (twice is not null)
        {
            ViolationException.Unless(await twice == job, $"key {submission.IdempotencyKey} made two jobs");
        }

        if (Random.Next(4) == 0)
        {
            await PauseAsync(TimeSpan.FromSeconds(4));
            await CancelAsync(job, force: Random.Next(2) == 0);
        }

        if (Random.Next(4) == 0)
        {
            await PauseAsync(TimeSpan.FromSeconds(10));
            ViolationException.Unless(await SubmitAsync(submission) == job, $"key {submission.IdempotencyKey} made two jobs");
            await ReuseAsync(submission);
        }
    }

    private async Task CancelAsync(JobId job, bool force)
    {
        while (true)
        {
            var reply = await AskAsync<CancelReply>(
                replyTo => new FrontendMessage.Cancel(job, _name, force, replyTo),
                reply => Check(job, reply));
            if (reply is not null)
            {
                ViolationException.Unless(reply is not CancelReply.Refused { Reason: JobRejection.Unknown }, $"job {job} was acknowledged and is unknown");
                return;
            }

            await PauseAsync(TimeSpan.FromSeconds(1));
        }
    }

    private void Check(Submission submission, SubmitReply reply)
    {
        if (reply is SubmitReply.Accepted accepted)
        {
            cluster.Witness.Acknowledged(submission.User, submission.IdempotencyKey, accepted.Job);
        }
    }

    private void Check(JobId job, CancelReply reply)
    {
        if (reply is CancelReply.Done)
        {
            cluster.Witness.Cancelled(job);
        }
    }

    /// <summary>The same key for something else must never be taken for the first.</summary>
    private async Task ReuseAsync(Submission submission)
    {
        var reply = await AskAsync<SubmitReply>(
            replyTo => new FrontendMessage.Submit(submission with { Priority = submission.Priority + 1 }, replyTo),
            static _ => { });
        ViolationException.Unless(reply is not SubmitReply.Accepted, $"key {submission.IdempotencyKey} was accepted for another submission");
    }

    /// <summary>One question; null when no answer came in time. <paramref name="check"/> sees the answer in the moment in which it is given.</summary>
    private async Task<T?> AskAsync<T>(Func<ReplyTo<T>, FrontendMessage> ask, Action<T> check)
        where T : class
    {
        var answer = new TaskCompletionSource<T?>();
        var replyTo = new ReplyTo<T>(reply =>
        {
            check(reply);
            cluster.World.Schedule(TimeSpan.FromMilliseconds(5) * Random.NextDouble(), () => answer.TrySetResult(reply));
        });
        cluster.World.Schedule(Patience, () => answer.TrySetResult(null));
        cluster.Service?.Frontend.Tell(ask(replyTo));
        return await answer.Task;
    }

    private Task PauseAsync(TimeSpan longest) => cluster.World.Delay(longest * Random.NextDouble());

    private Submission NewSubmission(string key) => Random.Next(5) switch
    {
        0 => Recipes(key, "Cut>Warp>Stack"),
        1 => Recipes(key, "Cut>Warp"),
        2 => Commands(key, SimulatedWork.Short, Random.Next(1, 30)),
        _ => Commands(key, "long", Random.Next(1, 6)),
    };

    private Submission.OfRecipes Recipes(string key, string sequence) => new(
        _name, key, Random.Next(2), [], sequence, Random.Next(2) == 0 ? ["-c", "ccd50"] : [], null, null, null);

    private Submission.OfCommand Commands(string key, string program, int lines) => new(
        _name,
        key,
        Random.Next(2),
        [],
        [program, "{}"],
        TaskLines.Pack(Enumerable.Range(0, lines).Select(line => line.ToString(CultureInfo.InvariantCulture)).ToImmutableArray()),
        new Resources(Random.Next(1, cluster.Capacity.Cpus + 1), Random.Next(3) == 0 ? cluster.Capacity.MemoryBytes / 2 : 0));
}
