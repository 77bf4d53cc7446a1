using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>Every command in every state that a job can be in.</summary>
public sealed class CommandsInStatesTests
{
    /// <summary>Two tasks of one step. A dash: nothing happens. A word with an exclamation mark: refused, and why.</summary>
    private const string Table = """
                        missing     queued              running         lost              ending          held                  result              waiting             finished        failed          cancelled
        submit          Submitted   -                   -               -                 -               -                     -                   -                   -               -               -
        submit-other    Submitted   AlreadyExists!      AlreadyExists!  AlreadyExists!    AlreadyExists!  AlreadyExists!        AlreadyExists!      AlreadyExists!      AlreadyExists!  AlreadyExists!  AlreadyExists!
        assign          Unknown!    TasksStarted        TasksStarted    TasksStarted      -               -                     -                   -                   -               -               -
        normal          Unknown!    -                   TasksEnded      -                 TasksEnded      TasksEnded            -                   -                   -               -               -
        error           Unknown!    -                   TasksEnded      -                 TasksEnded      TasksEnded            -                   -                   -               -               -
        doubtful        Unknown!    -                   TasksHeld       -                 TasksEnded      TasksHeld             -                   -                   -               -               -
        stale           Unknown!    -                   -               -                 -               -                     -                   -                   -               -               -
        lost            Unknown!    -                   AttemptsLost    -                 TasksEnded      AttemptsLost          -                   -                   -               -               -
        cancel          Unknown!    Cancel+Aborted      IsRunning!      Cancel+Aborted    IsRunning!      IsRunning!            Cancel+Aborted      Cancel+Aborted      HasEnded!       HasEnded!       HasEnded!
        force           Unknown!    Cancel+Aborted      Cancel+Aborted  Cancel+Aborted    -               Cancel+Aborted        Cancel+Aborted      Cancel+Aborted      HasEnded!       HasEnded!       HasEnded!
        hold            Unknown!    Held                Held            Held              IsCancelled!    -                     -                   Held                HasEnded!       HasEnded!       HasEnded!
        release         Unknown!    -                   -               -                 -               Released              Released+TasksEnded -                   HasEnded!       HasEnded!       HasEnded!
        priority        Unknown!    PriorityChanged     PriorityChanged PriorityChanged   PriorityChanged PriorityChanged       PriorityChanged     PriorityChanged     HasEnded!       HasEnded!       HasEnded!
        context         Unknown!    ContextChanged      ContextChanged  ContextChanged    ContextChanged  ContextChanged        ContextChanged      ContextChanged      ContextChanged  ContextChanged  ContextChanged
        met             Unknown!    -                   -               -                 -               -                     -                   PrerequisitesMet    -               -               -
        broken          Unknown!    -                   -               -                 -               -                     -                   Aborted             -               -               -
        retry           Unknown!    HasNotEnded!        HasNotEnded!    HasNotEnded!      HasNotEnded!    HasNotEnded!          HasNotEnded!        HasNotEnded!        Invalid!        TasksReopened   TasksReopened
        """;

    private static readonly JobPlan Plan = Given.Tasks(2);

    private static readonly Dictionary<string, JobState> States = new()
    {
        ["missing"] = JobState.Empty,
        ["queued"] = Given.Job(Plan),
        ["running"] = Given.Job(Plan, Given.Start(0)),
        ["lost"] = Given.Job(Plan, Given.Start(0), Given.Lost(0)),
        ["ending"] = Given.Job(Plan, Given.Start(0), Given.Cancel(force: true)),
        ["held"] = Given.Job(Plan, Given.Start(0), Given.Hold()),
        ["result"] = Given.Job(Plan, Given.Start(0, 1), Given.Ended(1), Given.Held(0)),
        ["waiting"] = Given.After(JobState.Empty, Given.Submit(Plan) with { Spec = Given.Submit(Plan).Spec with { After = [new JobId(3)] } }),
        ["finished"] = Given.Job(Plan, Given.Start(0, 1), Given.Ended(0), Given.Ended(1)),
        ["failed"] = Given.Job(Plan, Given.Start(0, 1), Given.Ended(0), Given.Ended(1, cause: FailureCause.Recipe)),
        ["cancelled"] = Given.Job(Plan, Given.Cancel()),
    };

    private static readonly Dictionary<string, JobCommand> Commands = new()
    {
        ["submit"] = Given.Submit(Plan),
        ["submit-other"] = Given.Submit(Plan, key: "another"),
        ["assign"] = Given.Start(0, 1),
        ["normal"] = Given.Ended(0),
        ["error"] = Given.Ended(0, cause: FailureCause.Recipe),
        ["doubtful"] = Given.Held(0),
        ["hold"] = Given.Hold(),
        ["release"] = Given.Release(),
        ["priority"] = new JobCommand.ChangePriority("somebody", 5),
        ["context"] = new JobCommand.ChangeContext("somebody", new WorkContext("KIDS", Privileges.World)),
        ["met"] = new JobCommand.PrerequisiteEnded(new JobId(3), JobStatus.Finished),
        ["broken"] = new JobCommand.PrerequisiteEnded(new JobId(3), JobStatus.Failed),
        ["retry"] = Given.Retry(),
        ["stale"] = Given.Ended(0, number: 9),
        ["lost"] = Given.Lost(0),
        ["cancel"] = Given.Cancel(),
        ["force"] = Given.Cancel(force: true),
    };

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        var lines = Table.Split('\n');
        var states = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var words in lines[1..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            for (var column = 0; column < states.Length; column++)
            {
                cells.Add(words[0], states[column], words[column + 1]);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_command_in_a_state(string command, string state, string expected) =>
        Describe(Given.Decide(States[state], Commands[command])).ShouldBe(expected);

    [Fact]
    public void The_table_has_all_of_them() => Cells().Count.ShouldBe(States.Count * Commands.Count);

    private static string Describe(JobDecision decision) => decision switch
    {
        JobDecision.Accepted accepted => string.Join('+', accepted.Events.Select(e => e switch
        {
            JobEvent.CancelRequested => "Cancel",
            JobEvent.TasksAborted => "Aborted",
            _ => e.GetType().Name,
        })),
        JobDecision.Ignored => "-",
        JobDecision.Rejected rejected => $"{rejected.Reason}!",
        _ => throw new InvalidOperationException("A decision is accepted, ignored or rejected."),
    };
}
