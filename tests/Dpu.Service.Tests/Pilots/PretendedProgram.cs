using Dpu.Service.Pilots;
using Dpu.Service.Tests.Configuration;

namespace Dpu.Service.Tests.Pilots;

/// <summary>A program and a .NET that are small scripts: its <c>dotnet</c> does what the test says.</summary>
internal sealed class PretendedProgram
{
    private readonly TemporaryFolder _folder;

    public PretendedProgram(TemporaryFolder folder, string dotnet)
    {
        _folder = folder;
        folder.Script("net/dotnet", $"#!/bin/sh\n{dotnet}\n");
        folder.File("net/host/fxr/10.0.1/resolver.so", "resolver");
        folder.File("net/shared/Web/10.0.1/web.dll", "web");
        folder.File("program/dpu.dll", "the program");
        folder.File("program/hocon/reference.conf", "a = 1");
        folder.Script("program/tool", "#!/bin/sh\n");
        folder.File("program/dpu.pdb", "symbols");
        Program = new RunningProgram(folder.At("program"), "dpu.dll", folder.At("net"), ["host/fxr/10.0.1", "shared/Web/10.0.1"]);
    }

    public RunningProgram Program { get; }

    /// <summary>Takes it away, as from a host that does not have it.</summary>
    public void Hide()
    {
        Directory.Delete(_folder.At("program"), recursive: true);
        Directory.Delete(_folder.At("net"), recursive: true);
    }
}
