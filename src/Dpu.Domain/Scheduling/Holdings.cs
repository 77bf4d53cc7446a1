namespace Dpu.Domain.Scheduling;

/// <summary>What is given and taken back, in all books at once: the job's, the step's, the node's, the user's, the recipe's.</summary>
internal sealed class Holdings(PolicyInForce policy, Shares shares, WaitingIndex waiting)
{
    private readonly Dictionary<string, int> _byRecipe = new(StringComparer.Ordinal);

    /// <summary>How many tasks of a recipe run; kept only for those that are limited.</summary>
    public int RunningOf(string recipe) => _byRecipe.GetValueOrDefault(recipe);

    /// <summary>The limit of a recipe is reached.</summary>
    public bool IsAtLimit(string? recipe) => recipe is not null && RunningOf(recipe) >= policy.Now.RecipeLimits[recipe];

    public void Give(Placed placed, DateTimeOffset countedUntil)
    {
        placed.Job.Placed[placed.Task] = placed;
        placed.Node.Add(placed);
        shares.Given(placed, countedUntil);
        Count(placed, 1);
        Change(placed.Step, step => step.Given(placed.Node));
    }

    public void TakeBack(Placed placed, double? seconds)
    {
        placed.Job.Placed.Remove(placed.Task);
        placed.Node.Remove(placed);
        shares.TakenBack(placed, seconds);
        Count(placed, -1);
        Change(placed.Step, step =>
        {
            step.TakenBack(placed.Node);
            step.ForgetLostChoice();
        });
    }

    /// <summary>A task of a step ended normally: the next ones may be expected to take as long.</summary>
    public void Learn(KnownStep step, double seconds) => Change(step, changed => changed.Learn(seconds));

    /// <summary>Does something to a step, and puts what waits of it where it belongs then.</summary>
    public void Change(KnownStep step, Action<KnownStep> change)
    {
        var before = WhatDecides(step);
        change(step);
        if (WhatDecides(step) != before)
        {
            waiting.File(step);
        }
    }

    /// <summary>Other recipes are limited now: what runs of them is counted anew.</summary>
    public void Recount(IEnumerable<Placed> all)
    {
        _byRecipe.Clear();
        foreach (var placed in all)
        {
            Count(placed, 1);
        }
    }

    private void Count(Placed placed, int by)
    {
        var recipe = placed.Step.Need.Recipe;
        if (policy.Now.RecipeLimits.ContainsKey(recipe))
        {
            _byRecipe[recipe] = RunningOf(recipe) + by;
        }
    }

    private static (bool AtLimit, bool Own, KnownNode? Chosen, int? Length, bool Short) WhatDecides(KnownStep step) =>
        (step.AtLimit, step.Rules.MaxPerNode is not null && step.Running > 0, step.Chosen, step.Length, step.IsShort);
}
