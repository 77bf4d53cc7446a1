namespace Dpu.Simulated;

/// <summary>The stores in memory answer at once.</summary>
internal static class InMemory
{
    public static T Completed<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new ViolationException("the store in memory made somebody wait");

    public static T Completed<T>(ValueTask<T> task) => Completed(task.AsTask());
}
