namespace Dpu.Calibration.Contract;

/// <summary>One recipe of the pack.</summary>
internal interface IRecipe
{
    /// <summary>The name in the catalog, such as <c>HotPixels</c>; the sub-command is its kebab-case form.</summary>
    string Name { get; }

    /// <summary>The process parameters that it takes through <c>pars</c>.</summary>
    IReadOnlyList<ProcessParameter> Parameters => [];

    /// <summary>Does the work; throws <see cref="RecipeException"/> for what the user should read.</summary>
    void Run(TaskContext context);
}

/// <summary>A knob of a recipe, set by <c>pars</c>, in Astro-WISE's notation: <c>BiasFrame.process_params.SIGMA_CLIP</c>.</summary>
internal sealed record ProcessParameter(string Key, string Default, string Help);
