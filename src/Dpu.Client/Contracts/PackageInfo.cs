namespace Dpu.Client.Contracts;

/// <summary>What a host needs to be told to run the program of this DPU.</summary>
/// <param name="Sha256">Of the archive that has the program with its .NET; <c>/api/v1/node/package/{sha256}</c> has it.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Program">The program's assembly on the frontend's host, for those that share its file system.</param>
/// <param name="ProgramSha256">Of that assembly.</param>
/// <param name="Dotnet">What runs it there.</param>
/// <param name="Frontends">Where nodes reach the DPU.</param>
/// <param name="Arguments">What nodes of this DPU are started with in any case.</param>
public sealed record PackageInfo(string Sha256, long SizeBytes, string Program, string ProgramSha256, string Dotnet, IReadOnlyList<Uri> Frontends, IReadOnlyList<string> Arguments);

/// <summary>A node that was started on a host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Data">Its data directory there.</param>
public sealed record StartedNode(string Name, string Data);
