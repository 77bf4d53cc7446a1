using Dpu.Benchmarks.EndToEnd;
using Dpu.Benchmarks.Journal;
using Dpu.Benchmarks.Kernel;
using Dpu.Benchmarks.Pages;
using Dpu.Benchmarks.Scheduling;
using Dpu.Benchmarks.Spawning;
using Dpu.Keeper;

// Dpu.Benchmarks [kernel|journal|schedule|spawn|exec|million|pages]…      all of them without arguments; figures are ratios to a peer or a limit in the same run
if (args is ["keeper", .. var keeper])
{
    return KeeperProgram.Run(keeper);
}

string[] all = ["kernel", "journal", "schedule", "spawn", "exec", "million", "pages"];
foreach (var name in args.Length == 0 ? all : args)
{
    switch (name)
    {
        case "kernel":
            KernelBenchmark.Run();
            break;
        case "journal":
            JournalBenchmark.Run();
            break;
        case "schedule":
            ScheduleBenchmark.Run();
            break;
        case "spawn":
            SpawnBenchmark.Run();
            break;
        case "exec":
            await ExecBenchmark.RunAsync();
            break;
        case "million":
            await MillionBenchmark.RunAsync();
            break;
        case "pages":
            await PagesBenchmark.RunAsync();
            break;
        default:
            Console.Error.WriteLine($"There is no benchmark '{name}': use {string.Join(", ", all)}.");
            return 2;
    }
}

return 0;
