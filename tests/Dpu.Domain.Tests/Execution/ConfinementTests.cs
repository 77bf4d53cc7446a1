using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class ConfinementTests
{
    private static readonly Confinement Confinement = new(1_500_000_007, 4096, 50, Group: null);

    [Fact]
    public void The_command_stands_at_the_end_as_it_was() =>
        Confinement.Wrap(["reduce", "-o", "a b", "--", "'$HOME'"])[^5..].ShouldBe(["reduce", "-o", "a b", "--", "'$HOME'"]);

    [Fact]
    public void A_program_that_looks_like_an_option_is_a_program()
    {
        var words = Confinement.Wrap(["--version"]);

        words[^2].ShouldBe("--");
    }

    [Fact]
    public void Limits_are_set_while_it_is_still_root_and_privileges_are_dropped_after()
    {
        var words = Confinement.Wrap(["true"]);

        words.IndexOf("--nproc=50").ShouldBeInRange(0, words.IndexOf("/usr/bin/setpriv"));
        words.IndexOf("--fsize=4096").ShouldBeInRange(0, words.IndexOf("/usr/bin/setpriv"));
        words.ShouldContain("--reuid=1500000007");
        words.ShouldContain("--regid=1500000007");
        words.ShouldContain("--no-new-privs");
    }

    [Fact]
    public void The_group_is_an_argument_of_the_shell_and_never_a_part_of_its_script()
    {
        var words = (Confinement with { Group = "/sys/fs/cgroup/dpu/$(reboot)" }).Wrap(["true"]);

        words[..2].ShouldBe(["/bin/sh", "-c"]);
        words[2].ShouldNotContain("reboot");
        words[3].ShouldBe("/sys/fs/cgroup/dpu/$(reboot)");
    }
}
