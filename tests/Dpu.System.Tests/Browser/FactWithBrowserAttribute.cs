using Xunit;

namespace Dpu.System.Tests.Browser;

/// <summary>A fact that needs the distribution's Chromium; skipped, with its name, where that is not installed.</summary>
internal sealed class FactWithBrowserAttribute : FactAttribute
{
    public FactWithBrowserAttribute()
    {
        if (!File.Exists("/usr/bin/chromium"))
        {
            Skip = "The program chromium is not installed.";
        }
    }
}
