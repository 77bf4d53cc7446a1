using System.Runtime.CompilerServices;

namespace Dpu.Service.Tests.Configuration;

/// <summary>A home of this test run's own, so that tokens of services under test never touch the user's.</summary>
internal static class TestHome
{
    public static string Path { get; } = Directory.CreateTempSubdirectory("dpu-home-").FullName;

    [ModuleInitializer]
    internal static void MoveIn()
    {
        Environment.SetEnvironmentVariable("HOME", Path);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Path, recursive: true);
    }
}
