using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>
/// Submits jobs, some after others, sometimes twice at once, asks again whenever no answer comes, holds and releases, cancels, and runs again what has ended. It stands outside of the service and
/// notices nothing of its crashes but missing answers.
/// </summary>
internal sealed class SimulatedUser(ClusterSimulation cluster, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"user{number}");

    private readonly List<JobId> _mine = [];

    private Random Random => cluster.World.Random;

    /// <summary>Submits until there is enough to do, by whomever.</summary>
    public async Task WorkAsync()
    {
        for (var index = 0; index == 0 || cluster.Witness.TaskCount < ClusterSimulation.TasksMin; index++)
        {
            await PauseAsync(TimeSpan.FromSeconds(2));
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

        _mine.Add(job);
        if (Random.Next(4) == 0)
        {
            await PauseAsync(TimeSpan.FromSeconds(2));
            await HoldAsync(job);
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

        if (Random.Next(2) == 0)
        {
            await RetryAsync(_mine[Random.Next(_mine.Count)], $"{submission.IdempotencyKey}-again");
        }
    }

    /// <summary>Holds a job, perhaps changes its priority, and lets it go again: whoever holds must release.</summary>
    private async Task HoldAsync(JobId job)
    {
        await ControlAsync(job, new JobCommand.HoldJob(_name, "wait"), () => cluster.Witness.Promises.Held(job, held: true));
        await PauseAsync(TimeSpan.FromSeconds(4));
        await ControlAsync(job, new JobCommand.ChangePriority(_name, Random.Next(3)), static () => { });
        await ControlAsync(job, new JobCommand.ReleaseJob(_name), () => cluster.Witness.Promises.Held(job, held: false));
    }

    /// <summary>Gives the word that held results wait for, until nothing waits any more.</summary>
    public async Task ReleaseAllAsync()
    {
        while (!cluster.Witness.AllEnded)
        {
            foreach (var job in cluster.Witness.Jobs.Where(job => job.Value.State.Held is not null || !job.Value.State.HeldResults.IsEmpty).Select(job => job.Key).ToList())
            {
                await ControlAsync(job, new JobCommand.ReleaseJob(_name), static () => { });
            }

            await PauseAsync(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>Runs a job again, now or when it has ended; often enough its end is just on its way.</summary>
    private async Task RetryAsync(JobId job, string key)
    {
        var change = new RetryRequest(
            Random.Next(3) == 0 ? cluster.Stores.Capacity.MemoryBytes / 2 : null,
            Random.Next(3) == 0 ? ["level=2"] : [],
            cluster.Stores.Recipes,
            cluster.Stores.Capacity);
        for (var tries = 0; tries < 20; tries++)
        {
            var reply = await ControlAsync(job, new JobCommand.RetryJob(_name, key, change), () => cluster.Witness.Promises.Reopened(job, key));
            if (reply is not ControlReply.Refused { Reason: JobRejection.HasNotEnded })
            {
                return;
            }

            await PauseAsync(TimeSpan.FromSeconds(Random.Next(2) == 0 ? 0.01 : 2));
        }
    }

    private async Task<ControlReply> ControlAsync(JobId job, JobCommand command, Action done)
    {
        while (true)
        {
            var reply = await AskAsync<ControlReply>(
                replyTo => new FrontendMessage.Control(job, command, replyTo),
                reply =>
                {
                    if (reply is ControlReply.Done)
                    {
                        done();
                    }
                });
            if (reply is not null)
            {
                ViolationException.Unless(reply is not ControlReply.Refused { Reason: JobRejection.Unknown }, $"job {job} was acknowledged and is unknown");
                return reply;
            }

            await PauseAsync(TimeSpan.FromSeconds(1));
        }
    }

    private async Task CancelAsync(JobId job, bool force) =>
        await ControlAsync(job, new JobCommand.CancelJob(_name, force), () => cluster.Witness.Promises.Cancelled(job));

    private void Check(Submission submission, SubmitReply reply)
    {
        if (reply is SubmitReply.Accepted accepted)
        {
            cluster.Witness.Promises.Acknowledged(submission.User, submission.IdempotencyKey, accepted.Job);
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
            cluster.World.Network.Schedule(TimeSpan.FromMilliseconds(5) * Random.NextDouble(), () => answer.TrySetResult(reply));
        });
        cluster.World.Network.Schedule(Patience, () => answer.TrySetResult(null));
        cluster.Frontend?.Frontend.Tell(ask(replyTo));
        return await answer.Task;
    }

    private Task PauseAsync(TimeSpan longest) => cluster.World.Simulation.Delay(longest * Random.NextDouble());

    private Submission NewSubmission(string key) => NewWork(key) with
    {
        After = Random.Next(4) == 0 ? [.. _mine.Where(_ => Random.Next(2) == 0)] : [],
    };

    private Submission NewWork(string key) => Random.Next(5) switch
    {
        0 => Recipes(key, "Cut>Warp>Stack"),
        1 => Recipes(key, "Cut>Warp"),
        2 => Commands(key, SimulatedWork.Endless, Random.Next(1, 4)),
        3 => Commands(key, SimulatedWork.Short, Random.Next(10, 30)),
        _ => Commands(key, "long", Random.Next(3, 9)),
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
        new Resources(Random.Next(1, cluster.Stores.Capacity.Cpus + 1), Random.Next(3) == 0 ? cluster.Stores.Capacity.MemoryBytes / 2 : 0));
}
