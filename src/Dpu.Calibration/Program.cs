using System.Text;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Calibration.Simulation;

// The console class would look up encodings and terminals first: a task that prints ten lines need not pay for it.
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
using var errors = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
if (args is [] or ["--help" or "-h" or "help", ..])
{
    output.WriteLine("Usage: dpu-calibration RECIPE (in a task's work directory) | dpu-calibration simulate --output DIR | dpu-calibration compare-truth --truth FILE --sourcelist FILE | dpu-calibration parameters");
    output.WriteLine("Recipes: " + string.Join(' ', RecipeCatalog.Commands));
    return args is [] ? RecipeException.WrongInput : 0;
}
if (args[0] == "simulate")
{
    return Simulator.Run(args[1..], output, errors);
}
if (args[0] == "parameters")
{
    return ParameterDeclarations.Run(args.AsSpan(1), output, errors);
}
if (args[0] == "compare-truth")
{
    return CompareTruthCommand.Run(args[1..], output, errors);
}
var recipe = RecipeCatalog.Find(args[0]);
if (recipe is null)
{
    var nearest = Nearest.To(args[0], RecipeCatalog.Commands);
    errors.WriteLine($"dpu-calibration: there is no recipe '{args[0]}'" + (nearest is null ? "." : $"; did you mean '{nearest}'?"));
    return RecipeException.WrongInput;
}
// Options stand in task.json with their types; the command line repeats them for people who look at the process list.
var workDirectory = Environment.GetEnvironmentVariable("DPU_WORKDIR") is { Length: > 0 } given ? given : Environment.CurrentDirectory;
return RecipeRunner.Run(recipe, workDirectory, output, errors, TimeProvider.System);
