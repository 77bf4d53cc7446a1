using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Tests.Science;

/// <summary>Files of known content for the science recipes, and a desk to run them on.</summary>
internal sealed class SkyFrames : IDisposable
{
    public const double Scale = 0.238;
    public const double Ra = 53.1;
    public const double Dec = -27.8;

    private readonly Observatory _desk;
    private readonly string _folder;

    public SkyFrames(Observatory desk)
    {
        _desk = desk;
        _folder = Directory.CreateTempSubdirectory("dpu-sky-").FullName;
    }

    public TaskRun Try(string command, Dictionary<string, TaskInput[]> inputs, Dictionary<string, string>? pars = null) => _desk.Try(command, inputs, pars);

    public TaskRun Run(string command, Dictionary<string, TaskInput[]> inputs, Dictionary<string, string>? pars = null) => _desk.Run(command, inputs, pars);

    public TaskRun Try(string command, string input, TaskInput[] files, Dictionary<string, string>? pars = null) =>
        _desk.Try(command, new() { [input] = files }, pars);

    public TaskRun Run(string command, string input, TaskInput[] files, Dictionary<string, string>? pars = null) =>
        _desk.Run(command, new() { [input] = files }, pars);

    /// <summary>A frame's coordinate system: turned, and pointed so that the target lies (dx, dy) pixels from the middle.</summary>
    public static TanWcs Wcs(double turned, double dx, double dy, int width, int height)
    {
        var (sin, cos) = Math.SinCos(turned * Math.PI / 180);
        const double Step = Scale / 3600;
        return new TanWcs(Ra, Dec, (0.5 * width) + dx, (0.5 * height) + dy, -Step * cos, Step * sin, Step * sin, Step * cos);
    }

    /// <summary>A reduced frame of the given stars (degrees and flux), sky and noise per second.</summary>
    public TaskInput Reduced(
        string name, TanWcs wcs, int width, int height, double sky, double noise, IEnumerable<(double Ra, double Dec, double Flux)> stars,
        int seed, double response = 1, Action<FitsHeader>? header = null, string filter = "#842")
    {
        var image = TestSky.Blank(width, height, sky * response, noise, seed);
        foreach (var star in stars)
        {
            var (x, y) = wcs.SkyToPixel(star.Ra, star.Dec)!.Value;
            TestSky.AddStar(image, x - 1, y - 1, star.Flux * response, 3.5);
        }

        wcs.WriteTo(image.Header);
        image.Header.Set("BUNIT", "count/s");
        image.Header.Set("EXPTIME", 60.0);
        image.Header.Set("GAIN", 60.0);
        image.Header.Set("EXPID", name);
        image.Header.Set("PRODTYPE", "reduced");
        image.Header.Set("RA_TARG", Ra);
        image.Header.Set("DEC_TARG", Dec);
        image.Header.Set("FLATLEV", 40_000.0 * response);
        header?.Invoke(image.Header);
        return Write(name, image, "reduced", filter);
    }

    public TaskInput Write(string name, FitsImage image, string type, string filter = "#842")
    {
        var path = Path.Combine(_folder, name + ".fits");
        FitsWriter.WriteImage(path, image);
        var input = Observatory.Input(path, type);
        input.Metadata["filter"] = filter;
        return input;
    }

    public TaskInput WriteTable(string name, FitsTable table, string type)
    {
        var path = Path.Combine(_folder, name + ".fits");
        FitsWriter.WriteTable(path, new FitsHeader(), table);
        return Observatory.Input(path, type);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The products of a type, in order.</summary>
    public static TaskInput[] Products(TaskRun run, string type) =>
    [
        .. run.Outputs.EnumerateArray().Where(o => o.GetProperty("type").GetString() == type)
            .Select(o => Observatory.Input(Path.Combine(run.Folder, o.GetProperty("path").GetString()!), type)),
    ];
}
