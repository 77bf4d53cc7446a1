using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The photometric catalogs of a task's frames: read where the input is one, else made of the frame, and saved. So <c>Photom</c> works after
/// <c>Photcat</c> as well as after <c>Reduce</c>.
/// </summary>
internal sealed class CatalogMaker
{
    public const string Prefix = "PhotSrcCatalog.process_params.";
    private const string IlluminationInput = "illumination";

    private readonly TaskContext _context;
    private readonly FramePhotometer _photometer;
    private readonly Dictionary<string, StandardCatalog?> _standards = new(StringComparer.Ordinal);
    private readonly TaskInput? _illuminationInput;
    private readonly IlluminationSurface? _illumination;

    public CatalogMaker(TaskContext context)
    {
        _context = context;
        _photometer = new FramePhotometer(context, Prefix);
        _illuminationInput = context.Optional(IlluminationInput);
        _illumination = _illuminationInput is null ? null : IlluminationSurface.Read(_illuminationInput);
    }

    public static IReadOnlyList<ProcessParameter> Parameters { get; } = [.. FramePhotometer.Parameters(Prefix), .. StandardCatalog.Parameters(Prefix)];

    /// <summary>The catalogs of an input, of whichever of the two kinds it is.</summary>
    public IReadOnlyList<Photcat> All(string input) => [.. _context.Required(input).Select(Of)];

    /// <summary>What a product is made of: the catalogs' files, and the standard stars that were looked up in this task.</summary>
    public IReadOnlyList<TaskInput> InputsOf(IReadOnlyList<Photcat> catalogs) =>
        [.. catalogs.Select(c => c.Input), .. _standards.Values.Select(s => s?.From).OfType<TaskInput>().Distinct()];

    /// <summary>Reads the catalog and finds the standard stars in it when the task has some, or makes it of the frame and saves it.</summary>
    public Photcat Of(TaskInput input)
    {
        if (input.Type == PhotcatTable.Type)
        {
            _context.Log($"Using PhotSrcCatalog {input.FileName}");
            var read = PhotcatTable.Read(input);
            return Standards(read.Filter) is { } given ? read with { Stars = given.Match(read.Stars) } : read;
        }

        var image = FitsReader.ReadImage(input.Path);
        var (catalog, inputs) = Measure(input, image);
        PhotcatTable.Write(_context, catalog, image.Header, inputs);
        return catalog;
    }

    /// <summary>Measures a frame; the image loses its background. Nothing is saved.</summary>
    /// <returns>The catalog, and the inputs that it was made of.</returns>
    public (Photcat Catalog, IReadOnlyList<TaskInput> Inputs) Measure(TaskInput input, FitsImage image)
    {
        _context.Log("Making PhotSrcCatalog object");
        _context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
        var catalog = _photometer.Measure(input, image);
        var inputs = new List<TaskInput> { input };
        if (_illumination is not null && input.Type == "regridded")
        {
            _context.Log($"Warning : {_illuminationInput!.FileName} is a map of the detector; regridded frames are not corrected by it");
        }
        else if (_illumination is not null)
        {
            catalog = Evenly(catalog, _illumination);
            inputs.Add(_illuminationInput!);
        }

        if (Standards(catalog.Filter) is not { } standards)
        {
            _context.Log("No catalog of standard stars was given: instrumental magnitudes only");
            return (catalog, inputs);
        }

        catalog = catalog with { Stars = standards.Match(catalog.Stars) };
        _context.Log($"Number of standard stars found is : {catalog.Standards}");
        if (standards.From is not null) { inputs.Add(standards.From); }
        return (catalog, inputs);
    }

    private StandardCatalog? Standards(string filter)
    {
        if (!_standards.TryGetValue(filter, out var standards)) { _standards[filter] = standards = StandardCatalog.Find(_context, Prefix, filter); }
        return standards;
    }

    private Photcat Evenly(Photcat catalog, IlluminationSurface illumination)
    {
        if ((illumination.Width, illumination.Height) != (catalog.Width, catalog.Height))
        {
            throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
                $"{_illuminationInput!.FileName} is for frames of {illumination.Width} x {illumination.Height} pixels, {catalog.Name} has {catalog.Width} x {catalog.Height}: they are not of one chip."));
        }

        _context.Log($"Using IlluminationCorrection {_illuminationInput!.FileName}");
        return catalog with { Stars = [.. catalog.Stars.Select(s => s with { Illumination = illumination.At(s.X, s.Y) })] };
    }
}
