using System.Runtime.CompilerServices;
using System.Text;
using Dpu.Cli;
using Dpu.Cli.Output;

return await RunAsync(args);

[MethodImpl(MethodImplOptions.NoInlining)]
static async Task<int> RunAsync(string[] args)
{
    var context = new CliContext
    {
        Out = StandardOutput.Open(),
        Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" },
        OpenInput = Console.OpenStandardInput,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
    };
    return await new CommandLine(context).RunAsync(args);
}
