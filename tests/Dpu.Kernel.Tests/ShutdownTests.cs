using Dpu.TestKit;
using Microsoft.Extensions.Logging;

namespace Dpu.Kernel.Tests;

public sealed class ShutdownTests
{
    private static readonly TimeSpan TaskTime = TimeSpan.FromMilliseconds(1);
    private readonly Simulation _simulation = new(9);
    private readonly List<string> _log = [];

    [Fact]
    public void Phases_run_in_order_and_the_actors_stop_last()
    {
        var system = _simulation.StartSystem("s");
        system.Spawn(new Props<string>(() => new Scripted<string>((_, _) => default) { OnStop = _ => Script.Done(() => _log.Add("actor")) }), "a");
        Add(system, ShutdownPhase.ServiceStop, "links");
        Add(system, ShutdownPhase.ServiceUnbind, "listener");
        Add(system, ShutdownPhase.BeforeServiceUnbind, "announce");
        _simulation.RunUntilIdle();

        _simulation.Await(system.Shutdown.RunAsync("test", default));

        _log.ShouldBe(["announce", "listener", "links", "actor"]);
        system.WhenTerminated.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_failing_and_a_hanging_task_do_not_keep_the_next_phase()
    {
        var loggers = new RecordingLoggerFactory();
        var system = _simulation.StartSystem("s", o => o with { Loggers = loggers });
        var told = false;
        system.Shutdown.AddTask(ShutdownPhase.ServiceUnbind, "breaks", _ => throw new Boom());
        system.Shutdown.AddTask(ShutdownPhase.ServiceUnbind, "hangs", ct =>
        {
            ct.Register(() => told = true);
            return new TaskCompletionSource().Task;
        });
        Add(system, ShutdownPhase.ServiceStop, "next");

        _simulation.Await(system.Shutdown.RunAsync("test", default), TimeSpan.FromSeconds(6));

        _log.ShouldBe(["next"]);
        told.ShouldBeTrue();
        loggers.Lines.ShouldContain(l => l.Contains("breaks failed", StringComparison.Ordinal));
        loggers.Lines.ShouldContain(l => l.Contains("waited for hangs", StringComparison.Ordinal));
        _simulation.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(5) + TaskTime);
    }

    [Fact]
    public void An_actor_that_does_not_stop_is_named_and_left()
    {
        var loggers = new RecordingLoggerFactory();
        var system = _simulation.StartSystem("s", o => o with { Loggers = loggers });
        system.Spawn(Script.OfAsync<string>((_, _) => new ValueTask(new TaskCompletionSource().Task)), "stuck").Tell("forever");
        _simulation.RunUntilIdle();

        _simulation.Await(system.Shutdown.RunAsync("test", default), TimeSpan.FromSeconds(11));

        loggers.Lines.ShouldContain(l => l.Contains("/user/stuck", StringComparison.Ordinal));
        system.WhenTerminated.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Whoever_asks_again_waits_for_the_same_run()
    {
        var system = _simulation.StartSystem("s");
        Add(system, ShutdownPhase.ServiceStop, "once");

        var first = system.Shutdown.RunAsync("first", default);
        var second = system.Shutdown.RunAsync("second", default);

        second.ShouldBeSameAs(first);
        _simulation.Await(first);
        _log.ShouldBe(["once"]);
    }

    [Fact]
    public void An_unknown_phase_is_refused() =>
        Should.Throw<ArgumentException>(() => Add(_simulation.StartSystem("s"), "whenever", "x")).Message.ShouldContain("service-unbind");

    private void Add(ActorSystem system, string phase, string name) => system.Shutdown.AddTask(phase, name, async _ =>
    {
        await _simulation.Delay(TaskTime);
        _log.Add(name);
    });

    private sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{formatter(state, exception)} {exception}");
    }
}
