using System.Text;
using Dpu.Fuzzing;

namespace Dpu.Hocon.Tests;

/// <summary>Whatever a file holds, it is read or refused with a <see cref="HoconException"/>.</summary>
public sealed class FuzzTests
{
    private static readonly byte[][] Valid =
    [
        .. new[]
        {
            "a = 1, b { c = [1, 2.5e3, true, null], d = ${a} }\nb.c += 4\n\"quoted key\" = \"text \\u00e9 \\n\"\n",
            "x = ${?HOME} tail, y = \"\"\"many\nlines\"\"\"\n# remark\n// another\nz : { p.q.r = 10 m, s = 64 MiB }\nz = ${z} { t = [${x}, ${y}] }\n",
            "include \"/no/such/other.conf\"\ninclude file(\"/no/such\")\nrecipes { Copy { command = [cp, \"{}\"], divide-by = [chip], outputs { o { pattern = \"*.fits\" } } } }\n",
            "{\"json\": [{\"deep\": {\"er\": [[], {}, \"\\\\\"]}}, -0.0, 1E+5]}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void Changed_documents_are_read_or_refused() => Mutation.Run(Valid, 4000, static bytes =>
    {
        var value = HoconParser.ParseString(Encoding.UTF8.GetString(bytes), "fuzz");
        _ = value.ToString();
    }, static error => error is HoconException);

    [Fact]
    public void Changed_paths_durations_and_sizes_are_read_or_refused() => Mutation.Run([.. new[] { "a.b.\"c d\"", "10 seconds", "1.5 GiB" }.Select(Encoding.UTF8.GetBytes)], 4000, static bytes =>
    {
        var text = Encoding.UTF8.GetString(bytes);
        _ = HoconUnits.TryParseDuration(text, out _);
        _ = HoconUnits.TryParseSize(text, out _);
        _ = HoconPath.Parse(text);
    }, static error => error is HoconException);
}
