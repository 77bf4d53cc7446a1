using System.Runtime.InteropServices;
using Dpu.Keeper;
using Dpu.Service;
using Dpu.System.Tests.Host;

// crash-host keeper ARGS…                                   the keeper, as `dpu keeper`
// crash-host serve DATA PORT before|after|never EVENT N     a service that kills itself around the N-th append that holds such an event
if (args is ["keeper", .. var keeper])
{
    return KeeperProgram.Run(keeper);
}

if (args is not ["serve", var data, var port, var moment, var name, var number])
{
    Console.Error.WriteLine("usage: crash-host serve DATA PORT before|after|never EVENT N");
    return 2;
}

var point = new CrashPoint(moment, name, int.Parse(number));
var seams = HostSeams.Default with { Journal = journal => new CrashingJournal(journal, point) };
await using var host = await DpuHost.StartAsync(
    new ServeRequest(null, [new("dpu.task.kill-grace", "1 s"), new("dpu.node.cpus", "4")], data, int.Parse(port)),
    seams,
    CancellationToken.None);
Console.WriteLine(host.Address);
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    _ = host.StopAsync();
});
await host.WhenStopped;
return 0;
