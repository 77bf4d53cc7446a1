using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class PagedArrayTests
{
    /// <summary>More than two pages.</summary>
    private const int Length = 700;

    [Fact]
    public void Every_version_keeps_what_it_holds()
    {
        var writes = (from index in Gen.Choose(0, Length - 1) from value in Gen.Choose(1, 1000) select (index, value)).ListOf().ListOf();
        Prop.ForAll(writes.ToArbitrary(), versions =>
        {
            var array = PagedArray<int>.Filled(Length, -1);
            var model = Enumerable.Repeat(-1, Length).ToArray();
            var all = new List<(PagedArray<int> Array, int[] Model)> { (array, [.. model]) };
            foreach (var version in versions)
            {
                var builder = array.ToBuilder();
                foreach (var (index, value) in version)
                {
                    builder[index] = model[index] = value;
                    builder[index].ShouldBe(value);
                }

                array = builder.Build();
                all.Add((array, [.. model]));
            }

            all.ShouldAllBe(pair => pair.Model.SequenceEqual(Enumerable.Range(0, Length).Select(index => pair.Array[index])));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    [Fact]
    public void A_builder_that_wrote_nothing_gives_back_what_it_began_with()
    {
        var array = PagedArray<int>.Filled(Length, 1);

        array.ToBuilder().Build().ShouldBeSameAs(array);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    public void It_is_as_long_as_it_was_made(int length)
    {
        var array = PagedArray<byte>.Filled(length, 7);

        array.Length.ShouldBe(length);
        Enumerable.Range(0, length).ShouldAllBe(index => array[index] == 7);
    }
}
