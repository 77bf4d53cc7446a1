using System.Runtime.InteropServices;
using Dpu.Keeper.Attempts;
using Dpu.Keeper.Events;
using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper;

/// <summary>
/// The keeper of a data directory as a program: it runs until there is nothing to keep. The service starts it through
/// <see cref="KeeperLauncher"/>; a person may start it too.
/// </summary>
public static class KeeperProgram
{
    /// <summary>It ended in order.</summary>
    public const int Done = 0;

    /// <summary>It cannot work: its log and the standard error say why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Another keeper has this data directory; that one can be talked to.</summary>
    public const int AlreadyRunning = 3;

    private const int BecomeSubreaper = 36;

    /// <summary>Runs the keeper on the calling thread.</summary>
    /// <param name="args"><c>--data DIRECTORY</c> and the options of <c>--help</c>'s line, without the command's own name.</param>
    /// <returns>The exit code: <see cref="Done"/>, <see cref="Failed"/>, <see cref="WrongUsage"/> or <see cref="AlreadyRunning"/>.</returns>
    public static int Run(string[] args)
    {
        var (options, error) = KeeperOptions.Parse(args);
        if (options is null)
        {
            Console.Error.WriteLine($"{error}\n{KeeperOptions.Usage}");
            return WrongUsage;
        }

        var directory = new KeeperDirectory(options.DataDirectory);
        try
        {
            directory.Create();
            return directory.TryLock() ? Keep(options, directory) : AlreadyRunning;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The keeper of '{options.DataDirectory}' cannot work: {failure.Message}");
            return Failed;
        }
    }

    private static int Keep(KeeperOptions options, KeeperDirectory directory)
    {
        var time = TimeProvider.System;
        var log = new KeeperLog(directory.Log, time);
        try
        {
            Detach();
            var reason = Keep(options, directory, time, log);
            log.Write($"ends: {reason}");
            return Done;
        }
        catch (Exception failure)
        {
            // Whatever this was, the next keeper ends what we ran and begins anew; until then it should be known why.
            log.Write($"ends by a failure: {failure}");
            throw;
        }
    }

    private static string Keep(KeeperOptions options, KeeperDirectory directory, TimeProvider time, KeeperLog log)
    {
        var id = directory.Id();
        var marker = $"{SpawnThreads.KeeperVariable}={KeeperDirectory.Format(id)}";
        var tag = new ProcessTag(id);
        using var processes = new ProcessList();
        new Orphans(processes, tag, marker, log.Write).EndAll();
        directory.Clear();
        tag.MarkKeeper();
        Say(log, processes, tag);

        using var epoll = new Epoll();
        using var events = new EventLog(directory.Spool, options.UnacknowledgedBytesMax, options.SpoolBytesMax, FirstNumber(time));
        var fence = new Fence(new BootTimeProvider());
        using var spawner = new SpawnThreads(tag, KeeperDirectory.Format(id), time, fence, (serial, process) => Watch(epoll, serial, process));
        var clock = new KeeperClock(time);
        var attempts = new AttemptSupervisor(spawner, new EventWriter(events), clock, fence, epoll, processes, tag, marker, log.Write);
        using var door = new ServiceDoor(directory, epoll, events, attempts, Guid.NewGuid(), log.Write);
        using var loop = new KeeperLoop(epoll, attempts, door, directory, clock, options.IdleTime);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            loop.EndAll();
        });
        SayReady();
        return loop.Run();
    }

    /// <summary>
    /// Above every number that an earlier keeper gave, so that an acknowledgement meant for that one says nothing to us. Below 2^53, so
    /// that no reader of JSON rounds it.
    /// </summary>
    private static long FirstNumber(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds() << 10;

    /// <summary>Away from the terminal and the process group of whoever started us: what ends them must not end the recipes.</summary>
    private static void Detach()
    {
        _ = Libc.NewSession();
        _ = Libc.SignalDisposition(Signals.Hangup, Signals.Ignore);
        _ = Libc.SignalDisposition(Signals.Interrupt, Signals.Ignore);
        Environment.CurrentDirectory = "/";
        if (Libc.ProcessControl(BecomeSubreaper, 1, 0, 0, 0) != 0)
        {
            throw Descriptors.Failure("Cannot become the parent of orphaned processes");
        }
    }

    /// <summary>
    /// The process itself is watched last: its end is what closes the others, and they must not be registered after that. What is
    /// heard before the main loop has taken the process over waits there (<see cref="SpawnThreads.Watch"/>).
    /// </summary>
    private static void Watch(Epoll epoll, uint serial, SpawnedProcess process)
    {
        epoll.Register(process.Output.Reader, Epoll.In, new WatchNumber(WatchKind.Output, serial).Packed);
        epoll.Register(process.Error.Reader, Epoll.In, new WatchNumber(WatchKind.Error, serial).Packed);
        epoll.Register(process.Pidfd, Epoll.In, new WatchNumber(WatchKind.Leader, serial).Packed);
    }

    private static void Say(KeeperLog log, ProcessList processes, ProcessTag tag)
    {
        log.Write("begins");
        if (!tag.IsUsable)
        {
            log.Write("RLIMIT_RTTIME is bounded here: processes are told apart by session and environment only");
        }

        if (!BirthMark.IsUsable)
        {
            log.Write("personality(2) is forbidden here: what a recipe starts in its first instant is found by session and environment only");
        }

        if (!processes.LastPidIsTrue)
        {
            log.Write("/proc/loadavg is not the kernel's own: every exit takes a look at all processes");
        }
    }

    /// <summary>Whoever started us reads the other end of our output; it may be closed or nobody's.</summary>
    private static void SayReady()
    {
        _ = Descriptors.WriteAll(1, "ready\n"u8);
        var nothing = Libc.Open("/dev/null", OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0);
        _ = Libc.DuplicateTo(nothing, 1);
        Descriptors.Close(nothing);
    }
}
