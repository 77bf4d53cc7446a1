using Dpu.Domain.Planning;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class NaturalOrderTests
{
    [Fact]
    public void People_count_numbers_inside_names() =>
        new[] { "ccd10", "ccd9", "ccd", "b2c10", "b2c9", "b10", "", "12.0.1.bias", "9.0.1.bias" }.Order(NaturalOrder.Instance)
            .ShouldBe(["", "9.0.1.bias", "12.0.1.bias", "b2c9", "b2c10", "b10", "ccd", "ccd9", "ccd10"]);

    [Fact]
    public void Numbers_may_be_longer_than_any_integer() =>
        NaturalOrder.Instance.Compare("a99999999999999999999999", "a100000000000000000000000").ShouldBeLessThan(0);

    [Fact]
    public void Leading_zeros_do_not_make_two_names_one() =>
        new[] { "c2", "c1", "c01", "c001" }.Order(NaturalOrder.Instance).ShouldBe(["c001", "c01", "c1", "c2"]);

    [Fact]
    public void It_is_a_total_order()
    {
        var names = Gen.Elements("a", "b", "0", "1", "9", "00", "10", "").Three().Select(parts => parts.Item1 + parts.Item2 + parts.Item3).Three().ToArbitrary();
        Prop.ForAll(names, triple =>
        {
            var (x, y, z) = triple;
            var order = NaturalOrder.Instance;
            var antisymmetric = Math.Sign(order.Compare(x, y)) == -Math.Sign(order.Compare(y, x));
            var definite = (order.Compare(x, y) == 0) == (x == y);
            var transitive = order.Compare(x, y) > 0 || order.Compare(y, z) > 0 || order.Compare(x, z) <= 0;
            return antisymmetric && definite && transitive;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
