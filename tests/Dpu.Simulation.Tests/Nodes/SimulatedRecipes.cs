using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>Every process that ran on any machine, and those that run now.</summary>
internal sealed class SimulatedRecipes
{
    private readonly Dictionary<AttemptId, SimulatedRecipe> _history = [];
    private readonly Dictionary<(JobId Job, int Task), List<SimulatedRecipe>> _alive = [];

    public SimulatedRecipe this[AttemptId attempt] => _history[attempt];

    public IEnumerable<SimulatedRecipe> History => _history.Values;

    public int AliveCount { get; private set; }

    public SimulatedRecipe? Find(AttemptId attempt) => _history.GetValueOrDefault(attempt);

    /// <summary>Processes of a task that run now, anywhere.</summary>
    public IReadOnlyList<SimulatedRecipe> AliveOf(JobId job, int task) => _alive.TryGetValue((job, task), out var alive) ? alive : [];

    public void Add(SimulatedRecipe recipe)
    {
        _history.Add(recipe.Attempt, recipe);
        var task = (recipe.Attempt.Job, recipe.Attempt.Task);
        if (!_alive.TryGetValue(task, out var alive))
        {
            _alive.Add(task, alive = []);
        }

        alive.Add(recipe);
        AliveCount++;
    }

    public void Remove(SimulatedRecipe recipe)
    {
        _alive[(recipe.Attempt.Job, recipe.Attempt.Task)].Remove(recipe);
        AliveCount--;
    }
}
