using System.Collections.Concurrent;
using System.Globalization;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes.Apart;

/// <summary>
/// Lets tasks of users run as Unix users of their own, which own nothing but their work directory. Only root can: elsewhere every task runs as the service's own user,
/// which <c>dpu doctor</c> tells. An attempt of a recipe has a user of its own; the tasks of a command share their job's directory, and so its user.
/// </summary>
internal sealed class Confiner
{
    private const UnixFileMode Enterable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode GroupReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const string UserSuffix = ".user";

    private readonly string _work;
    private readonly IsolationSettings _settings;
    private readonly JobUsers _users;
    private readonly ControlGroupTree? _groups;
    private readonly ConcurrentDictionary<JobId, Lazy<uint>> _ofJobs = [];

    private Confiner(string work, IsolationSettings settings, ControlGroupTree? groups)
    {
        (_work, _settings, _groups) = (work, settings, groups);
        _users = new JobUsers(Path.Combine(work, "users"), settings.FirstUserId, settings.UserIds);
    }

    /// <summary>Null where nothing can be kept apart: the service is not root.</summary>
    /// <param name="dataDirectory">The node's data directory. Others may enter it from now on, and nothing in it but their own work directories.</param>
    /// <param name="settings">Who and how much.</param>
    /// <param name="total">What all tasks may have together.</param>
    public static Confiner? Open(string dataDirectory, IsolationSettings settings, Resources total)
    {
        if (!Ownership.IsRoot)
        {
            return null;
        }

        var work = Path.Combine(dataDirectory, "work");
        CloseAllBut(work, dataDirectory);
        Directory.CreateDirectory(work);
        File.SetUnixFileMode(work, Enterable);
        File.SetUnixFileMode(dataDirectory, Enterable);
        var groups = GroupsOf(settings, total).Tree;
        groups?.Sweep();
        return new Confiner(work, settings, groups);
    }

    /// <summary>The DPU's control groups, or why there are none.</summary>
    public static (ControlGroupTree? Tree, string? Reason) GroupsOf(IsolationSettings settings, Resources total) => settings.ControlGroup.Length == 0
        ? (null, "dpu.node.isolation.control-group is empty")
        : ControlGroupTree.Open(File.ReadAllText("/proc/self/mountinfo"), settings.ControlGroup, total);

    /// <summary>A command in its job's directory.</summary>
    /// <exception cref="TaskFilesException">Its user could not get there, or there is no such program.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public LaunchRequest Command(TaskStart start, LaunchRequest request)
    {
        var user = _ofJobs.GetOrAdd(start.Attempt.Job, job => new Lazy<uint>(() => UserOfJob(job, request.WorkDirectory))).Value;
        RefuseUnreachable(request.WorkDirectory, "the work directory");
        var program = request.Command[0];
        var searchPath = request.Environment.First(static variable => variable.Key == "PATH").Value;
        if (!program.Contains('/', StringComparison.Ordinal) && !searchPath.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            throw new TaskFilesException(FailureCause.Launch, $"The program '{program}' is in no directory of PATH ({searchPath}).");
        }

        return request with { Command = ConfinementOf(start, user).Wrap(request.Command) };
    }

    /// <summary>A user for an attempt of recipes, and where that user finds the inputs which he could not reach where they are.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public (uint User, TaskPlace Place) Bring(TaskWork.Directed work, TaskPlace place)
    {
        var user = _users.Next();
        File.SetUnixFileMode(Path.GetDirectoryName(place.WorkDirectory)!, Enterable);
        var inputs = Leavings.InputsOf(place.WorkDirectory);
        var brought = place.Brought.ToBuilder();
        foreach (var (file, index) in RemoteStore.FilesOf(work).Select((file, index) => (file, index)))
        {
            var source = place.PathOf(file);
            if (File.Exists(source) && ReachablePath.FlawOf(source) is not null)
            {
                // A name of its own beside those that came over the network.
                var target = Path.Combine(inputs, string.Create(CultureInfo.InvariantCulture, $"{index}.here"), Path.GetFileName(file.Path));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Delete(target);
                ReachablePath.Bring(source, target);
                brought[file.Id] = target;
            }
        }

        if (Directory.Exists(inputs))
        {
            Ownership.ShowTo(inputs, user, GroupReads);
        }

        return (user, place with { Brought = brought.ToImmutable() });
    }

    /// <summary>Hands the finished work directory over, and says what runs there.</summary>
    /// <exception cref="TaskFilesException">Its user could not get there, or not run the program.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public LaunchRequest Recipe(TaskStart start, LaunchRequest request, IEnumerable<string> programs, uint user)
    {
        RefuseUnreachable(Path.GetDirectoryName(request.WorkDirectory)!, "the work directory");
        foreach (var program in programs)
        {
            RefuseUnreachable(program, "the program");
        }

        Ownership.Give(request.WorkDirectory, user);
        return request with { Command = ConfinementOf(start, user).Wrap(request.Command) };
    }

    /// <summary>Nothing of the attempt runs any more: what it made is ours from here on.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void TakeBack(AttemptId attempt, string folder)
    {
        _groups?.Remove(attempt);
        if (Directory.Exists(folder))
        {
            Ownership.TakeBack(folder);
        }
    }

    /// <summary>Of commands nothing is taken back: their directory is their job's.</summary>
    public void Ended(AttemptId attempt) => _groups?.Remove(attempt);

    private Confinement ConfinementOf(TaskStart start, uint user) => new(
        user, _settings.FileBytesMax, _settings.ProcessesMax, _groups?.Make(start.Attempt, start.Resources, _settings.ProcessesMax));

    /// <summary>The same after a restart: tasks of the job may still run, and what they wrote is theirs.</summary>
    private uint UserOfJob(JobId job, string folder)
    {
        var mark = Path.Combine(_work, job + UserSuffix);
        if (File.Exists(mark) && uint.TryParse(File.ReadAllText(mark), NumberStyles.None, CultureInfo.InvariantCulture, out var known))
        {
            return known;
        }

        var user = _users.Next();
        var half = mark + ".half";
        File.WriteAllText(half, user.ToString(CultureInfo.InvariantCulture));
        File.Move(half, mark, overwrite: true);
        Ownership.Give(folder, user);
        return user;
    }

    private static void RefuseUnreachable(string path, string what)
    {
        if (ReachablePath.FlawOf(path) is { } flaw && !IsOwnFolder(path, flaw))
        {
            throw new TaskFilesException(FailureCause.Launch, $"{what} {path} cannot be reached by the user that the task is to run as: {flaw}");
        }
    }

    /// <summary>The job's own directory is closed to others by intention; what counts is the way there.</summary>
    private static bool IsOwnFolder(string path, string flaw) => flaw.StartsWith($"{path} ", StringComparison.Ordinal) && Directory.Exists(path);

    /// <summary>The data directory was closed as a whole until now, so that what is in it need not be. Nodes of other users find the store over HTTP.</summary>
    private static void CloseAllBut(string work, string dataDirectory)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var entry in new DirectoryInfo(dataDirectory).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null && entry.FullName != work))
        {
            entry.UnixFileMode &= ~others;
        }
    }
}
