using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Units format", "Duration format" and "Size in bytes format".</summary>
public sealed class UnitsTests
{
    [Theory]
    [InlineData(100, "ns nano nanos nanosecond nanoseconds")]
    [InlineData(100_000, "us micro micros microsecond microseconds")]
    [InlineData(100_000_000, "ms milli millis millisecond milliseconds")]
    [InlineData(100_000_000_000, "s second seconds")]
    [InlineData(6_000_000_000_000, "m minute minutes")]
    [InlineData(360_000_000_000_000, "h hour hours")]
    [InlineData(8_640_000_000_000_000, "d day days")]
    public void A_hundred_of_each_unit_of_time(long nanoseconds, string units)
    {
        foreach (string unit in units.Split(' '))
        {
            Duration("100" + unit).ShouldBe(TimeSpan.FromTicks(nanoseconds / 100), unit);
            Duration($"  100 \t{unit} ").ShouldBe(TimeSpan.FromTicks(nanoseconds / 100), unit);
        }
    }

    [Theory]
    [InlineData("250", 250)]
    [InlineData("1.5 s", 1500)]
    [InlineData("1e3 ms", 1000)]
    [InlineData("0.5m", 30_000)]
    [InlineData("0 s", 0)]
    public void A_bare_number_is_milliseconds_and_fractions_count(string text, int milliseconds) =>
        Duration(text).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("10 S")]
    [InlineData("10 Seconds")]
    [InlineData("10 weeks")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("1 s s")]
    [InlineData("1 2 s")]
    [InlineData("-1 s")]
    [InlineData(".5 s")]
    [InlineData("1e40 s")]
    [InlineData("20000000 d")]
    public void Other_durations_are_refused(string text) => HoconUnits.TryParseDuration(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("1", "B b byte bytes")]
    [InlineData("1000", "kB kilobyte kilobytes")]
    [InlineData("1000000", "MB megabyte megabytes")]
    [InlineData("1000000000", "GB gigabyte gigabytes")]
    [InlineData("1000000000000", "TB terabyte terabytes")]
    [InlineData("1000000000000000", "PB petabyte petabytes")]
    [InlineData("1000000000000000000", "EB exabyte exabytes")]
    [InlineData("1024", "K k Ki KiB kibibyte kibibytes")]
    [InlineData("1048576", "M m Mi MiB mebibyte mebibytes")]
    [InlineData("1073741824", "G g Gi GiB gibibyte gibibytes")]
    [InlineData("1099511627776", "T t Ti TiB tebibyte tebibytes")]
    [InlineData("1125899906842624", "P p Pi PiB pebibyte pebibytes")]
    [InlineData("1152921504606846976", "E e Ei EiB exbibyte exbibytes")]
    public void Three_of_each_unit_of_size(string bytes, string units)
    {
        foreach (string unit in units.Split(' '))
        {
            HoconUnits.TryParseSize($"3 {unit}", out long size).ShouldBeTrue(unit);
            size.ShouldBe(3 * long.Parse(bytes), unit);
        }
    }

    [Theory]
    [InlineData("ZB zettabyte zettabytes", 1e21)]
    [InlineData("YB yottabyte yottabytes", 1e24)]
    [InlineData("Z z Zi ZiB zebibyte zebibytes", 1180591620717411303424d)]
    [InlineData("Y y Yi YiB yobibyte yobibytes", 1208925819614629174706176d)]
    public void The_largest_units_hold_fractions_only(string units, double bytes)
    {
        foreach (string unit in units.Split(' '))
        {
            HoconUnits.TryParseSize($"0.000001 {unit}", out long size).ShouldBeTrue(unit);
            ((double)size).ShouldBe(bytes / 1e6, 1e-9 * bytes / 1e6);
            HoconUnits.TryParseSize($"1 {unit}", out _).ShouldBeFalse(unit);
        }
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("0.5 KiB", 512)]
    [InlineData("4g", 4_294_967_296)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_bare_number_is_bytes(string text, long bytes)
    {
        HoconUnits.TryParseSize(text, out long size).ShouldBeTrue();
        size.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("1 KB")]
    [InlineData("1 mB")]
    [InlineData("1 kib")]
    [InlineData("8 EiB")]
    [InlineData("9223372036854775808")]
    [InlineData("-1")]
    [InlineData("MiB")]
    [InlineData("1 Mi B")]
    public void Other_sizes_are_refused(string text) => HoconUnits.TryParseSize(text, out _).ShouldBeFalse();

    private static TimeSpan Duration(string text)
    {
        HoconUnits.TryParseDuration(text, out TimeSpan duration).ShouldBeTrue(text);
        return duration;
    }
}
