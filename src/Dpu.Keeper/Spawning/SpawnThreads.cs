using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Dpu.Domain.Execution;
using Dpu.Keeper.Attempts;
using Dpu.Keeper.Native;
using Dpu.Keeper.Processes;

namespace Dpu.Keeper.Spawning;

/// <summary>
/// Spawns on a few threads of its own: a thread that spawns waits until the child runs its program, so one alone would leave a
/// processor idle. Threads are made when there is work for them.
/// </summary>
internal sealed class SpawnThreads(ProcessTag tag, string keeperVariableValue, TimeProvider time, Fence fence, SpawnThreads.Watch watch) : IDisposable
{
    public const string AttemptVariable = "DPU_ATTEMPT";
    public const string KeeperVariable = "DPU_KEEPER";
    private const int StackBytes = 256 << 10;

    private readonly int _threadsMax = Math.Clamp(Environment.ProcessorCount, 2, 8);
    private readonly SpawnAttributes _attributes = new();
    private readonly Queue<(uint Serial, LaunchRequest Request, int Ticket)> _waiting = new();
    private readonly ConcurrentQueue<SpawnOutcome> _done = new();
    private int _threads;
    private int _idle;
    private bool _stopped;

    /// <summary>Begins to watch a process that was just put among the outcomes.</summary>
    public delegate void Watch(uint serial, SpawnedProcess process);

    public void Enqueue(uint serial, LaunchRequest request)
    {
        lock (_waiting)
        {
            _waiting.Enqueue((serial, request, fence.Ticket));
            if (_idle > 0)
            {
                // Taken off here, not by the thread when it wakes: the next request would count on it too.
                _idle--;
                Monitor.Pulse(_waiting);
                return;
            }

            if (_threads == _threadsMax)
            {
                return;
            }

            _threads++;
        }

        new Thread(Run, StackBytes) { IsBackground = true, Name = "spawn" }.Start();
    }

    /// <summary>The next outcome. Whoever hears from a process of this class finds it among the outcomes first.</summary>
    public bool TryTake(out SpawnOutcome outcome) => _done.TryDequeue(out outcome!);

    public void Dispose()
    {
        lock (_waiting)
        {
            _stopped = true;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Run()
    {
        using var spawner = new ProcessSpawner(_attributes);
        while (Next(out var serial, out var request, out var ticket))
        {
            var outcome = Spawn(spawner, serial, request, ticket);
            _done.Enqueue(outcome);
            if (outcome.Process is { } process)
            {
                watch(serial, process);
            }
        }
    }

    private bool Next(out uint serial, out LaunchRequest request, out int ticket)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_stopped)
            {
                _idle++;
                Monitor.Wait(_waiting);
            }

            (serial, request, ticket) = _stopped ? default : _waiting.Dequeue();
            return !_stopped;
        }
    }

    private SpawnOutcome Spawn(ProcessSpawner spawner, uint serial, LaunchRequest request, int ticket)
    {
        if (LaunchFailures.Refuse(request) is { } refusal)
        {
            return Failed(refusal);
        }

        if (ProgramSearch.Find(request.Command[0], request.Environment, request.WorkDirectory) is not { } file)
        {
            // A directory that is gone is the better answer: relative entries of the path would lie in it.
            return Failed(Directory.Exists(request.WorkDirectory)
                ? LaunchFailures.NotFound(request.Command[0], ProgramSearch.PathOf(request.Environment))
                : LaunchFailures.Describe(0, request.Command[0], request.WorkDirectory));
        }

        if (!OutputPipe.TryOpen(out var output, out var error))
        {
            return Failed(NoPipe(error));
        }

        if (!OutputPipe.TryOpen(out var errors, out error))
        {
            output.Close();
            return Failed(NoPipe(error));
        }

        var at = time.GetUtcNow();
        if (!fence.LetsStart(ticket))
        {
            output.Close();
            errors.Close();
            return new SpawnOutcome(serial, at, null, null);
        }

        var start = new ProgramStart(file, request.Command, EnvironmentFor(request), request.WorkDirectory, output.Writer, errors.Writer);
        BirthMark.Set(serial);
        error = spawner.Spawn(start, out var pid);
        BirthMark.Clear();
        if (error == 0)
        {
            tag.Mark(pid, serial);
            var pidfd = Pidfd.Open(pid);
            if (pidfd >= 0)
            {
                return new SpawnOutcome(serial, at, new SpawnedProcess(pid, pidfd, output, errors), null);
            }
        }

        var reason = error == 0 ? EndUnwatched(pid) : LaunchFailures.Describe(error, file, request.WorkDirectory);
        output.Close();
        errors.Close();
        return Failed(reason);

        SpawnOutcome Failed(string reason) => new(serial, time.GetUtcNow(), null, reason);
    }

    /// <summary>Out of descriptors: a process whose end nobody would see must not run.</summary>
    private static string EndUnwatched(int pid)
    {
        var reason = Descriptors.Describe(Marshal.GetLastPInvokeError());
        ChildProcess.EndNow(pid);
        return $"The keeper cannot watch the process: {reason}.";
    }

    private static string NoPipe(int error) => $"The keeper cannot make a pipe for the output: {Descriptors.Describe(error)}.";

    private List<KeyValuePair<string, string>> EnvironmentFor(LaunchRequest request)
    {
        var variables = new List<KeyValuePair<string, string>>(request.Environment.Length + 2);
        var hasAttempt = false;
        foreach (var variable in request.Environment)
        {
            hasAttempt |= variable.Key == AttemptVariable;
            if (variable.Key != KeeperVariable)
            {
                variables.Add(variable);
            }
        }

        if (!hasAttempt)
        {
            variables.Add(new(AttemptVariable, request.Attempt.ToString()));
        }

        variables.Add(new(KeeperVariable, keeperVariableValue));
        return variables;
    }
}
