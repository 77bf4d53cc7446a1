using Dpu.Domain.Planning;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Checks the templates that a recipe's inputs and outputs name files and folders by.</summary>
internal sealed class FileTemplates(HoconReader declaration, TemplateScope scope)
{
    /// <exception cref="HoconException">A template is wrong; the message says where.</exception>
    public void Check()
    {
        foreach (var input in scope.Inputs)
        {
            if (input.Folder != Templates.Staging.Here)
            {
                Check("inputs", input.Name, "folder", input.Folder, TemplateUse.PlaceOfInput);
            }

            Check("inputs", input.Name, "rename", input.Rename, TemplateUse.PlaceOfInput);
        }

        foreach (var output in scope.Outputs)
        {
            Check("outputs", output.Name, "pattern", output.Pattern, TemplateUse.NameOfOutput);
            Check("outputs", output.Name, "folder", output.Folder, TemplateUse.NameOfOutput);
            if (output.Folder is not null && Wildcard.IsPattern(output.Folder))
            {
                throw Error("outputs", output.Name, "folder", "has a wildcard: it names one folder");
            }
        }
    }

    private void Check(string section, string name, string key, string? template, TemplateUse use)
    {
        if (template is not null && scope.ProblemOf(template, use) is { } problem)
        {
            throw Error(section, name, key, problem);
        }
    }

    private HoconException Error(string section, string name, string key, string problem) =>
        declaration.Error(HoconPath.Of(section, name, key).ToString(), problem);
}
