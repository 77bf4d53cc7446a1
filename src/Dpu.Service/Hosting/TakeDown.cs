namespace Dpu.Service.Hosting;

/// <summary>What has to be undone when a service stops, in the opposite order in which it was done.</summary>
internal sealed class TakeDown
{
    private readonly Stack<Func<Task>> _steps = new();

    public void Add(Func<Task> step) => _steps.Push(step);

    public void Add(Action step) => _steps.Push(() =>
    {
        step();
        return Task.CompletedTask;
    });

    public async Task RunAsync()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step();
            }
            catch (Exception error)
            {
                // The rest must be taken down all the same: locks and files have to be let go.
                await Console.Error.WriteLineAsync($"While stopping: {error.Message}");
            }
        }
    }
}
