using Dpu.Kernel.Persistence;
using Microsoft.Extensions.Logging;

namespace Dpu.Simulated;

/// <summary>Listens to what actors log: a failure that no fault of the world explains is a bug.</summary>
internal sealed class StrictLoggers(SimulatedWorld world) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var explained = exception is null or SimulatedFailure || (exception is JournalException and not SequenceConflictException);
        if (!explained)
        {
            world.Unexplained ??= exception;
        }
    }

    public void Dispose()
    {
    }
}
