namespace Dpu.Kernel.Tests;

/// <summary>An actor whose hooks and handler are given by its test.</summary>
internal sealed class Scripted<T>(Func<ActorContext<T>, T, ValueTask> receive) : Actor<T>
    where T : class
{
    public Func<ActorContext<T>, ValueTask>? OnStart { get; init; }

    public Func<ActorContext<T>, ValueTask>? OnStop { get; init; }

    public Func<ActorContext<T>, Exception, ValueTask>? OnRestart { get; init; }

    protected override ValueTask OnStartAsync() => OnStart?.Invoke(Context) ?? ValueTask.CompletedTask;

    protected override ValueTask OnStopAsync() => OnStop?.Invoke(Context) ?? ValueTask.CompletedTask;

    protected override ValueTask OnRestartAsync(Exception reason) => OnRestart?.Invoke(Context, reason) ?? base.OnRestartAsync(reason);

    protected override ValueTask ReceiveAsync(T message) => receive(Context, message);
}

internal sealed class ScriptedBatch<T>(int maxBatch, Func<ActorContext<T>, IReadOnlyList<T>, ValueTask> receive) : BatchActor<T>
    where T : class
{
    protected override int MaxBatch => maxBatch;

    protected override ValueTask ReceiveBatchAsync(IReadOnlyList<T> messages) => receive(Context, messages);
}

internal static class Script
{
    /// <summary>An actor that handles each message at once.</summary>
    public static Props<T> Of<T>(Action<ActorContext<T>, T> receive)
        where T : class => new(() => new Scripted<T>((context, message) =>
        {
            receive(context, message);
            return ValueTask.CompletedTask;
        }));

    /// <summary>An actor that may await.</summary>
    public static Props<T> OfAsync<T>(Func<ActorContext<T>, T, ValueTask> receive)
        where T : class => new(() => new Scripted<T>(receive));

    /// <summary>An actor that is all start: it takes messages and does nothing.</summary>
    public static Props<string> OnStart(Action<ActorContext<string>> start, Action<ActorContext<string>, string>? receive = null) =>
        new(() => new Scripted<string>((context, message) => Done(() => receive?.Invoke(context, message)))
        {
            OnStart = context => Done(() => start(context)),
        });

    public static ValueTask Done(Action action)
    {
        action();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A failure that a test asked for.</summary>
internal sealed class Boom(string message = "boom") : Exception(message);
