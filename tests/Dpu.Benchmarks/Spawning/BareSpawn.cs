using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dpu.Benchmarks.Spawning;

/// <summary>
/// The limit that everything above it is compared with: a plain loop of <c>posix_spawn</c> with standard output and error through pipes, read
/// to their ends, and a wait. It shares no code with the keeper.
/// </summary>
internal static unsafe partial class BareSpawn
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Spawns <c>/bin/true</c> so many times on so many threads and returns how many ended per second.</summary>
    public static double Run(int count, int threads)
    {
        var left = count;
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                SpawnOne();
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return count / clock.Elapsed.TotalSeconds;
    }

    private static void SpawnOne()
    {
        var output = stackalloc int[2];
        var error = stackalloc int[2];
        Check(Pipe(output, CloseOnExec));
        Check(Pipe(error, CloseOnExec));
        fixed (byte* path = "/bin/true\0"u8)
        {
            var arguments = stackalloc byte*[2] { path, null };
            var environment = stackalloc byte*[1] { null };
            var actions = stackalloc byte[512];
            Check(ActionsInit(actions));
            Check(ActionsAddDuplicate(actions, output[1], 1));
            Check(ActionsAddDuplicate(actions, error[1], 2));
            int pid;
            Check(Spawn(&pid, path, actions, null, arguments, environment));
            Check(ActionsDestroy(actions));
            Check(Close(output[1]));
            Check(Close(error[1]));
            ReadToEnd(output[0]);
            ReadToEnd(error[0]);
            int status;
            if (Wait(pid, &status, 0) != pid || status != 0)
            {
                throw new InvalidOperationException($"/bin/true ended with status {status}.");
            }
        }
    }

    private static void ReadToEnd(int descriptor)
    {
        var buffer = stackalloc byte[4096];
        while (Read(descriptor, buffer, 4096) > 0)
        {
            // What it writes is of no interest here.
        }

        Check(Close(descriptor));
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"A call of the bare spawn loop failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int Wait(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDuplicate(void* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(void* actions);
}
