using Dpu.Fits;

namespace Dpu.Calibration.Contract;

/// <summary>Runs one recipe in a work directory and turns every failure into one line and an exit code.</summary>
internal static class RecipeRunner
{
    public static int Run(IRecipe recipe, string workDirectory, TextWriter log, TextWriter errors, TimeProvider clock)
    {
        try
        {
            var task = TaskFile.Load(workDirectory);
            var pars = ProcessParameters.Of(recipe.Parameters, task.Pars, RecipeCatalog.AllParameterKeys);
            var context = new TaskContext(task, workDirectory, log, clock, pars);
            recipe.Run(context);
            context.Results.Save();
            return 0;
        }
        catch (Exception e)
        {
            errors.WriteLine($"{recipe.Name}: {Message(e).ReplaceLineEndings(" ")}");
            return ExitCode(e);
        }
    }

    /// <summary>A file that is no FITS, or not the whole of one, is bad data; a full disk is not.</summary>
    public static int ExitCode(Exception e) => e switch
    {
        RecipeException r => r.ExitCode,
        FitsException => RecipeException.BadData,
        FileNotFoundException or DirectoryNotFoundException => RecipeException.WrongInput,
        _ => RecipeException.WorkFailed,
    };

    public static string Message(Exception e) => e is RecipeException or FitsException or IOException or UnauthorizedAccessException
        ? e.Message
        : $"unexpected {e.GetType().Name}: {e.Message}";
}
