namespace Dpu.Cli.Output;

/// <summary>Whoever read standard output has gone. Not an error: it had enough.</summary>
internal sealed class BrokenPipeException() : IOException("Nobody reads standard output any more.");
