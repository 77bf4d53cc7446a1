using Dpu.Fuzzing;
using Xunit;

namespace Dpu.Fits.Tests;

/// <summary>Whatever a file holds, it is read or refused with a <see cref="FitsException"/>.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Changed_files_are_read_or_refused()
    {
        var path = _folder.File("fuzz.fits");
        byte[][] valid =
        [
            RawFits.Image(16, new byte[200], RawFits.Card("EXPTIME", 30), RawFits.Card("OBJECT", "CDF4_B_1")),
            RawFits.Image(-32, new byte[4000]),
            [.. RawFits.Header("SIMPLE  =                    T", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 0)), .. Table()],
        ];
        Mutation.Run(valid, 600, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            Declared(() => FitsReader.ReadHeaders(path));
            Declared(() => FitsReader.ReadImage(path));
            Declared(() => FitsReader.ReadTable(path));
            FitsReader.ReadAll(path);
        }, static error => error is FitsException);
    }

    private static void Declared(Action read)
    {
        try
        {
            read();
        }
        catch (FitsException)
        {
            // Refused; the next way to read it has its turn.
        }
    }

    private static byte[] Table()
    {
        string[] cards =
        [
            "XTENSION= 'BINTABLE'", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 12), RawFits.Card("NAXIS2", 3), RawFits.Card("PCOUNT", 0), RawFits.Card("GCOUNT", 1),
            RawFits.Card("TFIELDS", 2), RawFits.Card("TFORM1", "1J"), RawFits.Card("TTYPE1", "ID"), RawFits.Card("TFORM2", "8A"), RawFits.Card("TTYPE2", "NAME"),
        ];
        return [.. RawFits.Header(cards), .. RawFits.Padded(new byte[36])];
    }
}
