namespace Dpu.Journal.Tests.Host;

internal static class LogHost
{
    public static Task LogForeverAsync(string folder) => throw new NotSupportedException(folder);
}
