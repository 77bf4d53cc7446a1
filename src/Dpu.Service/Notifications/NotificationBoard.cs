using System.Collections.Immutable;
using Dpu.Domain.Notifications;
using Dpu.Service.Telemetry;

namespace Dpu.Service.Notifications;

/// <summary>What the notifier published last, for every thread, and how often what happened.</summary>
internal sealed class NotificationBoard
{
    private readonly ImmutableDictionary<(NotifyWay Way, string Outcome), Counter> _counts =
        (from way in Enum.GetValues<NotifyWay>() from outcome in new[] { Delivered, Failed, GivenUp } select (way, outcome)).ToImmutableDictionary(key => key, _ => new Counter());

    private const string Delivered = "delivered";
    private const string Failed = "failed";
    private const string GivenUp = "given-up";

    private volatile NotificationState _state = NotificationState.Empty;

    public NotificationState State => _state;

    public void Publish(NotificationState state, IReadOnlyList<NotificationEvent> happened)
    {
        var before = _state;
        _state = state;
        foreach (var @event in happened)
        {
            var (id, outcome) = @event switch
            {
                NotificationEvent.Delivered e => (e.Id, Delivered),
                NotificationEvent.Failed { NextAt: null } e => (e.Id, GivenUp),
                NotificationEvent.Failed e => (e.Id, Failed),
                _ => ("", ""),
            };
            if (before.Pending.TryGetValue(id, out var pending))
            {
                _counts[(pending.Way, outcome)].Add();
            }
        }
    }

    public IEnumerable<MetricFamily> Read() =>
    [
        new(Metrics.Notifications, [.. _counts.OrderBy(count => count.Key).Select(count => Sample.Of(count.Value.Value, ("way", NotifyNames.TextOf(count.Key.Way)), ("outcome", count.Key.Outcome)))]),
        new(Metrics.NotificationsPending, [Sample.Of(_state.Pending.Count)]),
    ];
}
