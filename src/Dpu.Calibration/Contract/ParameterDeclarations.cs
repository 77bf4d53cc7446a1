using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dpu.Calibration.Contract;

/// <summary>
/// <c>dpu-calibration parameters [--output FILE]</c>: what each recipe says of its process parameters, as the DPU reads it. The build runs it, so that what <c>dpu options --pars</c> lists is what
/// the recipes take.
/// </summary>
internal static class ParameterDeclarations
{
    private const string Head = "# Written by the build from what dpu-calibration says of itself: see src/Dpu.Calibration/README.md.";

    public static int Run(ReadOnlySpan<string> args, TextWriter output, TextWriter errors)
    {
        switch (args)
        {
            case []:
                Write(output);
                return 0;
            case ["--output", var path]:
                // Under a temporary name first: a build that is stopped must not leave half a declaration.
                using (var file = new StreamWriter(path + ".new"))
                {
                    Write(file);
                }

                File.Move(path + ".new", path, overwrite: true);
                return 0;
            default:
                errors.WriteLine("dpu-calibration: parameters takes nothing but --output FILE.");
                return RecipeException.WrongInput;
        }
    }

    internal static void Write(TextWriter output)
    {
        output.WriteLine(Head);
        output.WriteLine("dpu.programs.dpu-calibration {");
        foreach (var command in RecipeCatalog.Commands)
        {
            output.WriteLine($"  {Quoted(command)} {{ parameters {{");
            foreach (var parameter in RecipeCatalog.Find(command)!.Parameters)
            {
                output.WriteLine($"    {Quoted(parameter.Key)} {{ default = {Quoted(parameter.Default)}, help = {Quoted(parameter.Help)} }}");
            }

            output.WriteLine("  } }");
        }

        output.WriteLine("}");
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
