using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class TellableWaitsTests
{
    private static readonly JobId Own = new(5);
    private static readonly Caller Jane = new("jane", UserType.Standard, ["common"]);
    private static readonly JobWaits Waits = new(Own,
        [
            new StepWait(0, 1, new WaitReason.Reserved(new JobId(7), "a", null)),
            new StepWait(0, 1, new WaitReason.Reserved(Own, "a", null)),
            new StepWait(1, 2, new WaitReason.Age(new JobId(3), 40)),
            new StepWait(1, 2, new WaitReason.FairShare(0.8, 0.1, "bob")),
            new StepWait(1, 2, new WaitReason.Priority(0, 5, 9)),
        ], []);

    [Fact]
    public void Other_jobs_are_named_to_whoever_sees_them()
    {
        Waits.JobsNamed().ShouldBe([new JobId(7), new JobId(3)]);
        Waits.TellableTo(Jane, job => job == new JobId(7)).Steps.Select(step => step.Reason).ShouldBe(
            [
                new WaitReason.Reserved(new JobId(7), "a", null),
                new WaitReason.Reserved(Own, "a", null),
                new WaitReason.Age(null, 40),
                new WaitReason.FairShare(0.8, 0.1, null),
                new WaitReason.Priority(0, 5, 9),
            ]);
        Waits.TellableTo(Jane, _ => false).Steps[0].Reason.ShouldBe(new WaitReason.Reserved(null, "a", null));
    }

    [Fact]
    public void An_operator_is_told_everything() => Waits.TellableTo(Caller.OperatorNamed("ops"), _ => false).ShouldBe(Waits);
}
