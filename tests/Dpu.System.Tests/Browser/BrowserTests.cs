using Xunit;

namespace Dpu.System.Tests.Browser;

/// <summary>All tests with a browser share one, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Chromium>
{
    public const string Name = "browser";
}
