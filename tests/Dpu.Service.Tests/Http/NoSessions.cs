using Dpu.Service.Http.Sessions;

namespace Dpu.Service.Tests.Http;

/// <summary>No browser is known.</summary>
internal static class NoSessions
{
    public static BrowserSessions Make() => new(new OwnerSessions("/nonexistent/sessions", TimeProvider.System), new OpenAddresses(TimeProvider.System));
}
