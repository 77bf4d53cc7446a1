using Dpu.Cli.Awe;

namespace Dpu.Cli.Commands;

internal sealed class AweCommand : DpuCommand
{
    public AweCommand()
        : base(
            "awe",
            "The prompt in Python with 'dpu' ready; or runs a Python program that finds it ready. Everything behind the command that is not listed here is for Python",
            "dpu awe                                    awe> dpu.run('DomeFlat', i='WFI', d='2000-04-28', f='#842')",
            "dpu awe night.py 2000-04-28                runs a program of your own",
            "dpu awe -c 'dpu.get_status()'",
            "dpu --dpu groningen awe                    at another DPU")
    {
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var variable = invocation.Context.Variable;
        var python = PythonPrompt.FindPython(variable("PATH") ?? "")
            ?? throw new UsageException("The prompt needs Python 3.8 or later, and there is no python3 on your PATH. Install it (on Debian: apt-get install python3), or use 'dpu run' and its kin.");
        var folder = PythonPrompt.FindFolder(AppContext.BaseDirectory)
            ?? throw new UsageException($"The files of the prompt (awe/awe) are not beside this program in {AppContext.BaseDirectory}: install all of it.");
        PythonPrompt.Become(python, ["-m", "awe", .. invocation.PassedOn], PythonPrompt.Variables(folder, invocation.Dpu, variable));
        return Task.FromResult(ExitCodes.Done);
    }
}
