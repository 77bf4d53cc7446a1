using Dpu.Client.Contracts;
using Dpu.Pages.Recipes.Loops;

namespace Dpu.Pages.Recipes;

/// <summary>The form of a submission, and what was found out about it so far.</summary>
/// <param name="Sequence">What is run.</param>
/// <param name="Info">What is known of it; null for a chain that is not in the list.</param>
/// <param name="Options">Its options.</param>
/// <param name="Filled">What stands in the form.</param>
public sealed record SubmitModel(string Sequence, SequenceInfo? Info, IReadOnlyList<OptionField> Options, Filled Filled)
{
    /// <summary>What the option for process parameters can set, by name.</summary>
    public IReadOnlyList<RecipeParameter> Parameters { get; init; } = [];

    /// <summary>Other ways to run the same: variants, and what it is a variant of.</summary>
    public IReadOnlyList<string> OtherWays { get; init; } = [];

    /// <summary>How the user is told of ends; null where he is not a user, or the DPU tells nobody.</summary>
    public NotifyInfo? Notify { get; init; }

    /// <summary>The user's own code that it runs with; null for released code.</summary>
    public CodeInfo? Code { get; init; }

    /// <summary>What is to be said of the settings that came along.</summary>
    public string? Warning { get; init; }

    /// <summary>Why it cannot be submitted like this, in a sentence; null when that was not asked, or it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>Each thing that is wrong.</summary>
    public IReadOnlyList<ProblemItem> Problems { get; init; } = [];

    /// <summary>What it would become; null when that was not asked.</summary>
    public PlanPreview? Plan { get; init; }

    /// <summary>Or what many jobs would become, or have become.</summary>
    public LoopPlan? Loop { get; init; }

    /// <summary>What it took before; null where that is not shown, or not known.</summary>
    public SequenceHistory? History { get; init; }

    /// <summary>The name under which the plan is submitted once, however often that is asked.</summary>
    public string? Key { get; init; }

    /// <summary>What is wrong with a field.</summary>
    /// <param name="field">The field.</param>
    internal ProblemItem? ProblemOf(OptionField field) => Problems.FirstOrDefault(field.IsAbout);
}
