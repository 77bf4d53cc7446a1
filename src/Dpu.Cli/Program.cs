using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;
using Dpu.Cli;
using Dpu.Cli.Output;

return args is ["keeper", ..] ? RunKeeper(args) : await RunAsync(args);

// The keeper outlives the service and holds its recipes: it starts before anything else of this program is touched.
[MethodImpl(MethodImplOptions.NoInlining)]
static int RunKeeper(string[] args) => Dpu.Keeper.KeeperProgram.Run(args[1..]);

[MethodImpl(MethodImplOptions.NoInlining)]
static async Task<int> RunAsync(string[] args)
{
    var context = new CliContext
    {
        Out = StandardOutput.Open(),
        Error = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" }),
        OpenInput = Console.OpenStandardInput,
        OutIsTerminal = !Console.IsOutputRedirected,
        InputIsTerminal = !Console.IsInputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
        Variables = static () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? "")),
    };
    return await new CommandLine(context).RunAsync(args);
}
