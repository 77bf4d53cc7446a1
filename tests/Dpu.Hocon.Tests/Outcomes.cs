using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>A parser may accept or refuse a text; any other exception is a mistake of ours.</summary>
internal static class Outcomes
{
    public static void ShouldBeNoneOrARefusal(this Exception? exception) => (exception is null or HoconException).ShouldBeTrue(exception?.ToString());
}
