using System.Text;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Fuzzing;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

/// <summary>Texts of strangers: each is read or refused in the way that its reader declares.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Changed_mapfiles_are_read_or_refused() => Mutation.Run(Bytes(
        "locus001=[ /data/L1/a.MS, /data/L 2/b.MS ]\n# a remark\nlocus002=[ \"/data/c,d[1].MS\", '/data/e.MS' ]\n",
        "locus001=[/data/a.MS] locus002=[\n/data/b.MS,\n/data/c.MS\n]"), 4000, static bytes => Refused(Mapfile.Parse(Text(bytes), "fuzz.mapfile").TryGet(out _, out _)), static error => error is RefusedException);

    [Fact]
    public void Changed_queries_are_read_or_refused() => Mutation.Run(Bytes(
        "type=raw-science chip=ccd50", "exposure>10 and (chip=ccd5? or not object=\"M 31\")", "(name=*(1)*) committed=true id=raw-1"), 4000, static bytes => _ = FileQuery.Parse(Text(bytes)), static error => error is FormatException);

    [Fact]
    public void Changed_results_are_read_or_refused() => Mutation.Run(Bytes(
        """{"outputs": [{"name": "copy", "path": "a/b.fits", "type": "copied", "metadata": {"chip": "ccd50", "gain": 1.5, "good": true}, "derivedFrom": ["x"]}]}"""), 4000, static bytes => _ = ResultsFile.Parse(Text(bytes)), static _ => false);

    private static void Refused(bool accepted)
    {
        if (!accepted)
        {
            throw new RefusedException();
        }
    }

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Says of a value that stands for a refusal that it does.</summary>
    private sealed class RefusedException : Exception;
}
