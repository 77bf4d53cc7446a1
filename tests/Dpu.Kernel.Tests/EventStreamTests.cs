using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class EventStreamTests
{
    private readonly Simulation _simulation = new(10);

    [Fact]
    public void Subscribers_get_events_of_their_type_and_its_descendants_only()
    {
        var system = _simulation.StartSystem("s");
        var all = new TestProbe<Event>(_simulation, "all");
        var some = new TestProbe<Event>(_simulation, "some");
        system.EventStream.Subscribe(all);
        system.EventStream.Subscribe<Changed>(some);

        system.EventStream.Publish<Event>(new Changed(1));
        system.EventStream.Publish(new Removed(2));

        all.Received.ShouldBe([new Changed(1), new Removed(2)]);
        some.Received.ShouldBe([new Changed(1)]);
    }

    [Fact]
    public void Nobody_is_told_after_unsubscribing_or_stopping()
    {
        var system = _simulation.StartSystem("s");
        var probe = new TestProbe<Event>(_simulation);
        system.EventStream.Subscribe(probe);
        var actor = system.Spawn(Script.Of<Event>((_, _) => { }), "a");
        system.EventStream.Subscribe(actor);
        _simulation.Await(system.StopAsync(actor));

        system.EventStream.Unsubscribe(probe);
        system.EventStream.Publish(new Removed(1));

        probe.ExpectNoMoreMessages();
        system.DeadLetters.Count.ShouldBe(0);
    }

    private abstract record Event;

    private sealed record Changed(int Id) : Event;

    private sealed record Removed(int Id) : Event;
}
