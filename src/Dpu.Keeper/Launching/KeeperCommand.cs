using System.Collections.Immutable;

namespace Dpu.Keeper;

/// <summary>How to start a keeper: a program and its arguments up to where <c>--data DIRECTORY</c> follows.</summary>
/// <param name="Program">An absolute path.</param>
/// <param name="Arguments">For example <c>dpu.dll keeper</c>.</param>
public sealed record KeeperCommand(string Program, ImmutableArray<string> Arguments);
