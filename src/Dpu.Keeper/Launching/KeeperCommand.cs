using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Keeper;

/// <summary>How to start a keeper: a program and its arguments up to where <c>--data DIRECTORY</c> follows.</summary>
/// <param name="Program">An absolute path.</param>
/// <param name="Arguments">For example <c>dpu.dll keeper</c>.</param>
public sealed record KeeperCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>What follows the directory.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The same, for keepers that spool at most so many bytes of what nobody has acknowledged; one that runs already keeps its own bound.</summary>
    public KeeperCommand WithSpool(long bytesMax) =>
        this with { Options = Options.AddRange("--spool-bytes", bytesMax.ToString(CultureInfo.InvariantCulture)) };
}
