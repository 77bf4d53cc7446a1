using System.Collections.Immutable;
using Dpu.Actors.Membership;
using Dpu.Actors.Scaling;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Dpu.Domain.Scaling;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Scaling;

/// <summary>A batch system and the nodes that it runs, beside a frontend that is killed and started as the test says.</summary>
internal sealed class SimulatedSite : IPilots
{
    private static readonly ScalingPolicy Policy = new(
        Min: 0, Max: 5, AtOnceMax: 5, TimeSpan.FromMinutes(10), TimeSpan.FromDays(6), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    private readonly Dictionary<string, Job> _jobs = [];
    private ActorSystem? _system;
    private IActorRef<ScalingMessage>? _actor;
    private int _nextId = 1;

    public SimulatedSite(int seed)
    {
        World = new Simulation(seed);
        Journal = new SimulatedJournal(World);
    }

    public Simulation World { get; }

    public SimulatedJournal Journal { get; }

    public string Via => "slurm";

    /// <summary>Why it takes nothing; null while it does.</summary>
    public string? Refusal { get; set; }

    /// <summary>The share of commands that are not answered in time, whether they were done or not.</summary>
    public double Unanswered { get; set; }

    /// <summary>Whether it starts what waits.</summary>
    public bool Grants { get; set; } = true;

    /// <summary>So many more nodes what waits could use.</summary>
    public int Missing { get; set; }

    /// <summary>Whether nodes end at once, before they joined.</summary>
    public bool NodesFail { get; set; }

    public List<string> Submissions { get; } = [];

    public HashSet<string> Drained { get; } = [];

    public List<string> Forgotten { get; } = [];

    public List<PilotOrder> Orders { get; } = [];

    /// <summary>Jobs that wait or run.</summary>
    public IReadOnlyList<Job> Living => [.. _jobs.Values.Where(job => job.State != BatchState.Ended)];

    public string? Configured { get; set; }

    public void Start()
    {
        if (_system is not null)
        {
            World.Crash(_system);
        }

        _system = World.StartSystem("frontend");
        var scheduler = _system.Spawn(new Props<SchedulerMessage>(() => new Scheduler(this)), "scheduler");
        var membership = _system.Spawn(new Props<MembershipMessage>(() => new Membership(this)), "membership");
        var shape = new PilotShape(new Resources(2, 0), ImmutableHashSet<string>.Empty, TimeSpan.FromMinutes(10));
        _actor = _system.Spawn(
            new Props<ScalingMessage>(() => new ScalingActor(Journal, new ScalingSettings(Policy, shape, Configured, "dpu-", TimeSpan.FromSeconds(5)), [this], scheduler, membership))
            {
                Supervision = new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1)),
            },
            "scaling");
    }

    public ScalingReply Scale(int? nodes, string? via = "slurm") => World.Await(_actor!.AskAsync<ScalingMessage, ScalingReply>(
        _system!, replyTo => new ScalingMessage.SetTarget(nodes, via, "ann", replyTo), TimeSpan.FromMinutes(5), CancellationToken.None));

    public ScalingStatus Status() => World.Await(_actor!.AskAsync<ScalingMessage, ScalingStatus>(
        _system!, replyTo => new ScalingMessage.GetStatus(replyTo), TimeSpan.FromMinutes(5), CancellationToken.None));

    public void Run(double seconds) => World.RunFor(TimeSpan.FromSeconds(seconds));

    public void Work(string name, int tasks) => Living.Single(job => job.Name == name).Tasks = tasks;

    /// <summary>Something beyond us ends a job.</summary>
    public void Kill(string name) => Living.Single(job => job.Name == name).End();

    public async Task<string> SubmitAsync(PilotOrder order, CancellationToken cancellationToken)
    {
        Submissions.Add(order.Name);
        Orders.Add(order);
        await World.Delay(Delay());
        if (Refusal is { } refusal)
        {
            throw new BatchSystemException(refusal);
        }

        var unanswered = World.Random.NextDouble() < Unanswered;
        if (unanswered && World.Random.Next(2) == 0)
        {
            throw new BatchSystemException("sbatch: it did not answer", unanswered: true);
        }

        var job = new Job($"{_nextId++}", order.Name);
        _jobs.Add(job.Id, job);
        World.Schedule(Delay() * 3, () => Grant(job));
        return unanswered ? throw new BatchSystemException("sbatch: it did not answer", unanswered: true) : job.Id;
    }

    public async Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken)
    {
        await World.Delay(Delay());
        if (World.Random.NextDouble() < Unanswered)
        {
            throw new BatchSystemException("squeue: it did not answer", unanswered: true);
        }

        BatchJob[] shown = [.. _jobs.Values.Select(job => new BatchJob(job.Id, job.Name, job.State, null, null))];
        await World.Delay(Delay());
        return shown;
    }

    public async Task CancelAsync(string batchId, CancellationToken cancellationToken)
    {
        await World.Delay(Delay());
        _jobs[batchId].End();
    }

    public Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        Forgotten.Add(name);
        return Task.CompletedTask;
    }

    private TimeSpan Delay() => TimeSpan.FromMilliseconds(World.Random.Next(1, 3000));

    private void Grant(Job job)
    {
        if (job.State != BatchState.Queued)
        {
            return;
        }

        if (!Grants)
        {
            World.Schedule(TimeSpan.FromSeconds(5), () => Grant(job));
            return;
        }

        if (NodesFail)
        {
            job.End();
            return;
        }

        job.State = BatchState.Running;
        World.Schedule(Delay(), () => job.Up = job.State == BatchState.Running);
    }

    internal sealed class Job(string id, string name)
    {
        public string Id { get; } = id;

        public string Name { get; } = name;

        public BatchState State { get; set; } = BatchState.Queued;

        public bool Up { get; set; }

        public int Tasks { get; set; }

        public void End() => (State, Up, Tasks) = (BatchState.Ended, false, 0);
    }

    private sealed class Scheduler(SimulatedSite site) : Actor<SchedulerMessage>
    {
        protected override ValueTask ReceiveAsync(SchedulerMessage message)
        {
            switch (message)
            {
                case SchedulerMessage.GetNeed need:
                    need.ReplyTo.Tell(new ClusterNeed([.. site.Living.Where(job => job.Up).Select(StatusOf)], site.Missing, site.Missing));
                    break;
            }

            return ValueTask.CompletedTask;
        }

        private NodeStatus StatusOf(Job job) => new(
            job.Name, NodeState.Up, null, new Resources(2, 0), default, job.Tasks, []);
    }

    private sealed class Membership(SimulatedSite site) : Actor<MembershipMessage>
    {
        protected override ValueTask ReceiveAsync(MembershipMessage message)
        {
            if (message is MembershipMessage.Do { Command: MembershipCommand.Drain drain })
            {
                site.Drained.Add(drain.Node);
            }

            var state = MembershipState.Empty with { Drained = MembershipState.Empty.Drained.Union(site.Drained) };
            switch (message)
            {
                case MembershipMessage.Do @do:
                    @do.ReplyTo.Tell(new MembershipReply.Done(state, Changed: true));
                    break;
                case MembershipMessage.GetState get:
                    get.ReplyTo.Tell(state);
                    break;
            }

            return ValueTask.CompletedTask;
        }
    }
}
