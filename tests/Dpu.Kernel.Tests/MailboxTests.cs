using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class MailboxTests
{
    private readonly Simulation _simulation = new(1);

    [Fact]
    public void Messages_of_one_sender_arrive_in_order_and_the_start_comes_first()
    {
        var system = _simulation.StartSystem("s");
        var seen = new List<string>();
        var actor = system.Spawn(Script.OnStart(_ => seen.Add("start"), (_, m) => seen.Add(m)), "a");

        foreach (var i in Enumerable.Range(0, 5))
        {
            actor.Tell($"{i}");
        }

        _simulation.RunUntilIdle();

        seen.ShouldBe(["start", "0", "1", "2", "3", "4"]);
    }

    [Fact]
    public void A_full_mailbox_refuses_TryTell_silently_and_Tell_into_the_dead_letters()
    {
        var system = _simulation.StartSystem("s");
        var seen = new List<string>();
        var actor = system.Spawn(Script.Of<string>((_, m) => seen.Add(m)) with { Mailbox = MailboxOptions.Bounded(2) }, "a");

        actor.TryTell("1").ShouldBeTrue();
        actor.TryTell("2").ShouldBeTrue();
        actor.TryTell("3").ShouldBeFalse();
        system.DeadLetters.Count.ShouldBe(0);
        actor.Tell("4");

        system.DeadLetters.Recent.ShouldBe([new DeadLetter(actor.Path, "4", DeadLetterReason.MailboxFull)]);
        _simulation.RunUntilIdle();
        actor.TryTell("5").ShouldBeTrue();
        _simulation.RunUntilIdle();
        seen.ShouldBe(["1", "2", "5"]);
    }

    [Fact]
    public void The_message_being_handled_takes_no_place_in_the_mailbox()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var actor = system.Spawn(Script.OfAsync<string>((_, _) => new ValueTask(gate.Task)) with { Mailbox = MailboxOptions.Bounded(1) }, "a");
        actor.Tell("being handled");
        _simulation.RunUntilIdle();

        actor.TryTell("waiting").ShouldBeTrue();
        actor.TryTell("too much").ShouldBeFalse();
    }

    [Fact]
    public void What_the_actor_causes_itself_has_a_place_in_a_full_mailbox()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var seen = new List<string>();
        var props = new Props<string>(() => new Scripted<string>(async (_, m) =>
        {
            seen.Add(m);
            await gate.Task;
        })
        {
            OnStart = context => Script.Done(() => context.Timers.StartSingle("t", "tick", TimeSpan.FromSeconds(1))),
        });
        var actor = system.Spawn(props with { Mailbox = MailboxOptions.Bounded(1) }, "a");
        actor.Tell("1");
        _simulation.RunUntilIdle();
        actor.Tell("2");
        _simulation.RunFor(TimeSpan.FromSeconds(2));

        actor.TryTell("3").ShouldBeFalse();
        gate.SetResult();
        _simulation.RunUntilIdle();
        seen.ShouldBe(["1", "2", "tick"]);
    }

    [Fact]
    public void What_came_back_from_the_stash_counts_in_a_bounded_mailbox()
    {
        var system = _simulation.StartSystem("s");
        var open = false;
        var actor = system.Spawn(
            Script.Of<string>((context, m) =>
            {
                if (m == "open")
                {
                    open = true;
                    context.Stash.UnstashAll();
                }
                else if (!open)
                {
                    context.Stash.Stash(m);
                }
            }) with
            { Mailbox = MailboxOptions.Bounded(2) },
            "a");
        foreach (var message in new[] { "1", "2", "3", "open" })
        {
            actor.TryTell(message).ShouldBeTrue();
            _simulation.RunUntilIdle();
        }

        new[] { "4", "5", "6" }.Select(actor.TryTell).ShouldBe([true, true, false]);
    }

    [Fact]
    public void A_stopped_actor_refuses_and_what_it_had_waiting_is_counted()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<string>((context, _) => context.StopSelf()), "a");
        actor.Tell("stop");
        actor.Tell("late");
        _simulation.RunUntilIdle();

        actor.TryTell("no").ShouldBeFalse();
        actor.Tell("later");

        system.DeadLetters.Count.ShouldBe(2);
        system.DeadLetters.Recent.Select(l => l.Message).ShouldBe(["late", "later"]);
        system.DeadLetters.Recent.ShouldAllBe(l => l.Reason == DeadLetterReason.RecipientStopped);
    }

    [Fact]
    public void Only_the_newest_dead_letters_are_kept_but_all_are_counted()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<string>((_, _) => { }), "a");
        _simulation.Await(system.StopAsync(actor));

        for (var i = 0; i < DeadLetters.Kept + 10; i++)
        {
            actor.Tell($"{i}");
        }

        system.DeadLetters.Count.ShouldBe(DeadLetters.Kept + 10);
        system.DeadLetters.Recent.Count.ShouldBe(DeadLetters.Kept);
        system.DeadLetters.Recent[^1].Message.ShouldBe($"{DeadLetters.Kept + 9}");
    }

    [Fact]
    public void A_message_must_not_be_null() =>
        Should.Throw<ArgumentNullException>(() =>
            _simulation.StartSystem("s").Spawn(Script.Of<string>((_, _) => { }), "a").Tell(null!));
}
