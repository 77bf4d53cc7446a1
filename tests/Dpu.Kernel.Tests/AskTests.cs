using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class AskTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Simulation _simulation = new(6);

    [Fact]
    public void The_first_reply_is_the_answer_and_a_second_one_is_a_dead_letter()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(
            Script.Of<Question>((_, q) =>
            {
                q.ReplyTo.Tell("first");
                q.ReplyTo.Tell("second");
            }),
            "a");

        var answer = _simulation.Await(actor.AskAsync<Question, string>(system, r => new Question(r), Second, default));

        answer.ShouldBe("first");
        system.DeadLetters.Recent.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            l => l.Message.ShouldBe("second"),
            l => l.Reason.ShouldBe(DeadLetterReason.QuestionOver));
        _simulation.Time.NextTimer.ShouldBeNull("an answered question keeps no timer");
    }

    [Fact]
    public void No_answer_in_time_says_who_was_asked_and_how_long_was_waited()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<Question>((_, _) => { }), "silent");

        var error = Should.Throw<AskTimeoutException>(() =>
            _simulation.Await(actor.AskAsync<Question, string>(system, r => new Question(r), 2.5 * Second, default)));

        error.Message.ShouldBe("/user/silent did not answer within 2.5 s.");
        error.Path.ShouldBe(actor.Path);
        error.Timeout.ShouldBe(2.5 * Second);
        _simulation.Time.Elapsed.ShouldBe(2.5 * Second);
    }

    [Fact]
    public void A_stopped_actor_is_not_waited_for()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<Question>((_, _) => { }), "a");
        _simulation.Await(system.StopAsync(actor));

        var asked = actor.AskAsync<Question, string>(system, r => new Question(r), Second, default);

        asked.Exception.ShouldNotBeNull().InnerException.ShouldBeOfType<AskTimeoutException>().Message.ShouldContain("did not accept");
    }

    [Fact]
    public void The_asker_can_give_up()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<Question>((_, _) => { }), "a");
        using var giveUp = new CancellationTokenSource();
        var asked = actor.AskAsync<Question, string>(system, r => new Question(r), Second, giveUp.Token);

        giveUp.Cancel();

        Should.Throw<TaskCanceledException>(() => _simulation.Await(asked));
        _simulation.Time.NextTimer.ShouldBeNull();
    }

    [Fact]
    public void An_actor_that_asks_another_goes_on_as_itself()
    {
        var system = _simulation.StartSystem("s");
        var other = system.Spawn(Script.Of<Question>((_, q) => q.ReplyTo.Tell("answer")), "other");
        var probe = new TestProbe<string>(_simulation);
        var asker = system.Spawn(
            Script.OfAsync<string>(async (context, _) =>
            {
                var before = TaskScheduler.Current;
                var answer = await other.AskAsync<Question, string>(system, r => new Question(r), Second, context.Stopping);
                TaskScheduler.Current.ShouldBeSameAs(before);
                probe.Tell(answer);
            }),
            "asker");

        asker.Tell("go");

        probe.Expect("answer");
    }

    private sealed record Question(IActorRef<string> ReplyTo);
}
