using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Login;

/// <summary>How a browser is known from one page to the next.</summary>
public interface ISessions
{
    /// <summary>From now on the browser shows this token.</summary>
    /// <param name="context">The request whose answer tells it.</param>
    /// <param name="token">A user's token, as it stands behind <c>Bearer</c>.</param>
    /// <param name="expires">When it stops being usable.</param>
    void Begin(HttpContext context, string token, DateTimeOffset expires);

    /// <summary>Begins what an address of <c>dpu open</c> stands for; false when it was used, or is too old.</summary>
    bool TryBegin(HttpContext context, string code);

    /// <summary>The browser shows nothing any more, and what it showed is of no use.</summary>
    void End(HttpContext context);
}
