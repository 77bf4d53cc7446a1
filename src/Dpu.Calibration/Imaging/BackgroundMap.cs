using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>Background level and noise at every pixel: one mesh for the whole image, or one for each section with a level of its own.</summary>
internal sealed class BackgroundMap
{
    private readonly IReadOnlyList<BackgroundMesh> _meshes;
    private NoiseFromWeights? _noise;

    private BackgroundMap(IReadOnlyList<BackgroundMesh> meshes)
    {
        _meshes = meshes;
        var total = meshes.Sum(m => (double)m.Area.Width * m.Area.Height);
        Level = meshes.Sum(m => m.Level * m.Area.Width * m.Area.Height) / total;
        Rms = meshes.Sum(m => m.Rms * m.Area.Width * m.Area.Height) / total;
    }

    /// <summary>Level over the sections, weighted by area.</summary>
    public double Level { get; }

    /// <summary>Noise over the sections, weighted by area.</summary>
    public double Rms { get; }

    /// <summary>Null when nothing in the image has enough finite pixels. Sections must not overlap; null means the whole image.</summary>
    public static BackgroundMap? Estimate(
        ReadOnlySpan<float> pixels, int width, int height, BackgroundOptions options, IReadOnlyList<PixelArea>? sections = null)
    {
        var meshes = new List<BackgroundMesh>();
        foreach (var section in sections ?? [new PixelArea(0, 0, width, height)])
        {
            if (BackgroundMesh.Estimate(pixels, width, section, options) is { } mesh) { meshes.Add(mesh); }
        }

        return meshes.Count > 0 ? new BackgroundMap(meshes) : null;
    }

    /// <summary>The level along image row <paramref name="y"/>; NaN outside every section.</summary>
    public void FillLevel(int y, Span<float> row)
    {
        row.Fill(float.NaN);
        foreach (var mesh in _meshes)
        {
            if (y >= mesh.Area.Y && y < mesh.Area.EndY) { mesh.FillLevel(y, row); }
        }
    }

    /// <summary>The noise along image row <paramref name="y"/>; NaN outside every section.</summary>
    public void FillRms(int y, Span<float> row)
    {
        if (_noise is not null)
        {
            _noise.FillRow(y, row);
            return;
        }

        row.Fill(float.NaN);
        foreach (var mesh in _meshes)
        {
            if (y >= mesh.Area.Y && y < mesh.Area.EndY) { mesh.FillRms(y, row); }
        }
    }

    /// <summary>From now on the noise follows the weights of the image, which has its level subtracted.</summary>
    public void UseWeights(FitsImage subtracted, FitsImage weights, BackgroundOptions options) =>
        _noise = NoiseFromWeights.Of(subtracted, weights, options);

    /// <summary>Takes the level off the image in place; pixels outside every section become NaN.</summary>
    public void SubtractFrom(Span<float> pixels, int width)
    {
        Span<float> level = new float[width];
        for (var y = 0; y < pixels.Length / width; y++)
        {
            FillLevel(y, level);
            var row = pixels.Slice(y * width, width);
            for (var x = 0; x < width; x++) { row[x] -= level[x]; }
        }
    }
}
