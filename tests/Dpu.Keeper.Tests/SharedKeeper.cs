using Xunit;

namespace Dpu.Keeper.Tests;

/// <summary>One keeper for all tests of a class that do it no harm.</summary>
public sealed class SharedKeeper : IAsyncLifetime
{
    public TestKeeper Keeper { get; } = new();

    public async Task InitializeAsync() => await Keeper.ConnectedAsync();

    public async Task DisposeAsync() => await Keeper.DisposeAsync();
}
