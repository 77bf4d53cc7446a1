using Dpu.Benchmarks.Spawning;
using Dpu.Keeper;
using Dpu.Keeper.Host;

// The programs that tests of the keeper need as processes of their own: a keeper, and a service that can be killed.
return args switch
{
    ["keeper", .. var options] => KeeperProgram.Run(options),
    ["service", var dataDirectory, .. var command] => await TestService.RunAsync(dataDirectory, command),
    ["bench"] => SpawnBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: keeper OPTIONS | service DATA COMMAND... | bench");
    return 2;
}
