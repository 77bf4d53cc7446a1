using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>A regridded frame of which rows are read in order, image and weights together.</summary>
internal sealed class RegriddedInput : IDisposable
{
    // Fractions of a pixel that are rounding, not a shift.
    private const double WholePixels = 1e-4;

    private readonly FitsRowReader _image;
    private readonly FitsRowReader _weights;
    private readonly float[] _values;
    private readonly float[] _valueWeights;
    private string? _temporary;

    private RegriddedInput(TaskInput input, FitsRowReader image, FitsRowReader weights)
    {
        (Input, _image, _weights) = (input, image, weights);
        Wcs = TanWcs.FromHeader(image.Header);
        var (x, y) = (1 - Wcs.Crpix1, 1 - Wcs.Crpix2);
        Area = new PixelArea((int)Math.Round(x), (int)Math.Round(y), image.Width, image.Height);
        if (Math.Abs(x - Area.X) > WholePixels || Math.Abs(y - Area.Y) > WholePixels)
        {
            throw RecipeException.Wrong($"{input.FileName} is not on a grid of whole pixels (CRPIX {Wcs.Crpix1} {Wcs.Crpix2}); Regrid makes such frames.");
        }

        if (weights.Width != image.Width || weights.Height != image.Height)
        {
            throw RecipeException.Wrong($"{input.FileName}: the weights have {weights.Width} x {weights.Height} pixels, the image {image.Width} x {image.Height}.");
        }

        _values = new float[image.Width];
        _valueWeights = new float[image.Width];
    }

    public TaskInput Input { get; }

    public FitsHeader Header => _image.Header;

    public TanWcs Wcs { get; }

    /// <summary>The grid's pixels that the frame covers.</summary>
    public PixelArea Area { get; }

    /// <summary>What the values are multiplied with to bring all frames to one scale of flux.</summary>
    public double Scale { get; set; } = 1;

    public double Seconds => Header.GetDouble("EXPTIME", 0);

    /// <summary>A frame that this task made of one of its inputs; its file goes with it.</summary>
    public static RegriddedInput OpenTemporary(string path, TaskInput madeOf)
    {
        var frame = Open(madeOf with { Path = path });
        frame._temporary = path;
        return frame;
    }

    public static RegriddedInput Open(TaskInput input)
    {
        var hdu = WeightExtension.Find(input.Path);
        if (hdu < 0) { throw RecipeException.Wrong($"{input.FileName} has no extension {WeightExtension.Name}; Regrid makes frames that have."); }
        var image = FitsRowReader.Open(input.Path);
        FitsRowReader? weights = null;
        try
        {
            weights = FitsRowReader.Open(input.Path, hdu);
            return new RegriddedInput(input, image, weights);
        }
        catch
        {
            image.Dispose();
            weights?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the frames lie on one grid: one projection centre, one matrix.</summary>
    public bool SharesGridWith(RegriddedInput other) =>
        (Wcs with { Crpix1 = 0, Crpix2 = 0 }) == (other.Wcs with { Crpix1 = 0, Crpix2 = 0 });

    /// <summary>Adds the frame's part of grid row <paramref name="y"/>; rows are asked for in ascending order.</summary>
    public void AddRow(int y, int left, PixelStack stack)
    {
        if (y < Area.Y || y >= Area.EndY) { return; }
        _image.ReadRows(_values);
        _weights.ReadRows(_valueWeights);
        stack.Add(Area.X - left, _values, _valueWeights, Scale, Seconds);
    }

    /// <summary>The next row as it stands in the file, not scaled, and its weights; both hold until the next call.</summary>
    public (float[] Values, float[] Weights) NextRow()
    {
        _image.ReadRows(_values);
        _weights.ReadRows(_valueWeights);
        return (_values, _valueWeights);
    }

    public void Dispose()
    {
        _image.Dispose();
        _weights.Dispose();
        if (_temporary is not null) { File.Delete(_temporary); }
    }
}
