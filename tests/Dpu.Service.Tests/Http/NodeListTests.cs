using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class NodeListTests
{
    [Fact]
    public void Why_a_node_is_shut_out_names_what_ran_there_to_operators_only()
    {
        NodeInfo[] nodes =
        [
            new NodeInfo("a", "Quarantined", 1, 1, 0, [], "it failed 3 tasks of 2 jobs within 5 s each (my-own-command), and none ended normally in between"),
            new NodeInfo("b", "Draining", 1, 1, 0, [], "it was drained, and nothing runs there"),
        ];

        var told = NodeList.TellableTo(new Caller("zoe", UserType.Developer, ["common"]), nodes);
        told[0].Reason!.ShouldNotContain("my-own-command");
        told[1].ShouldBe(nodes[1]);
        NodeList.TellableTo(Caller.OperatorNamed("ops"), nodes).ShouldBe(nodes);
    }
}
