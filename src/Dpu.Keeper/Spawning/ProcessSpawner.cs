using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Spawning;

/// <summary>A program to start: everything as the kernel gets it.</summary>
/// <param name="Path">The program's file.</param>
/// <param name="Arguments">Its arguments, its name first.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="Directory">Where it starts.</param>
/// <param name="Output">The descriptor that becomes its standard output.</param>
/// <param name="Error">The descriptor that becomes its standard error.</param>
internal readonly record struct ProgramStart(
    string Path,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    string Directory,
    int Output,
    int Error);

/// <summary>
/// Starts processes by <c>posix_spawn</c>: the C library shares our memory with the child until it runs its program, so that the cost
/// does not depend on our size. One for each thread that spawns. Never a shell.
/// </summary>
internal sealed unsafe class ProcessSpawner(SpawnAttributes attributes) : IDisposable
{
    private const int ActionsBytes = 512;
    private static readonly bool HasCloseFrom =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "posix_spawn_file_actions_addclosefrom_np", out _);

    private readonly NativeStrings _strings = new();

    /// <summary>0 and the new process, or the error number.</summary>
    public int Spawn(in ProgramStart start, out int pid)
    {
        _strings.Begin(Characters(start), start.Arguments.Count + start.Environment.Count + 4);
        var arguments = _strings.List(start.Arguments.Count);
        var environment = _strings.List(start.Environment.Count);
        for (var i = 0; i < start.Arguments.Count; i++)
        {
            arguments[i] = _strings.Add(start.Arguments[i]);
        }

        for (var i = 0; i < start.Environment.Count; i++)
        {
            environment[i] = _strings.AddVariable(start.Environment[i].Key, start.Environment[i].Value);
        }

        return Spawn(start, _strings.Add(start.Path), arguments, environment, out pid);
    }

    public void Dispose() => _strings.Dispose();

    private int Spawn(in ProgramStart start, byte* path, byte** arguments, byte** environment, out int pid)
    {
        var actions = stackalloc byte[ActionsBytes];
        _ = Libc.ActionsInit(actions);
        _ = Libc.ActionsAddOpen(actions, 0, _strings.Add("/dev/null"), OpenFlags.ReadOnly, 0);
        _ = Libc.ActionsAddDuplicate(actions, start.Output, 1);
        _ = Libc.ActionsAddDuplicate(actions, start.Error, 2);
        _ = Libc.ActionsAddDirectory(actions, _strings.Add(start.Directory));
        if (HasCloseFrom)
        {
            // All our own descriptors close on exec anyhow; this is for one that a library opened without saying so.
            _ = Libc.ActionsAddCloseFrom(actions, 3);
        }

        int child;
        var error = Libc.Spawn(&child, path, actions, attributes.Pointer, arguments, environment);
        _ = Libc.ActionsDestroy(actions);
        pid = child;
        return error;
    }

    private static long Characters(in ProgramStart start)
    {
        long count = start.Path.Length + start.Directory.Length + 16;
        foreach (var argument in start.Arguments)
        {
            count += argument.Length;
        }

        foreach (var (name, value) in start.Environment)
        {
            count += name.Length + value.Length + 1;
        }

        return count;
    }
}
