using System.Runtime.InteropServices;

namespace Dpu.Calibration.Imaging;

/// <summary>Runs of pixels above the level, row by row, joined to groups where they touch (8-connected).</summary>
internal sealed class RunTable(int width)
{
    private readonly List<Run> _runs = [];
    private readonly List<float> _values = [];
    private readonly UnionFind _groups = new();
    private int _previousFrom;
    private int _previousTo;
    private int _previousRow = -2;

    private readonly record struct Run(int Y, int X0, int X1, int ValueAt, int Group);

    /// <summary>Takes the next row; rows come in ascending order.</summary>
    public void AddRow(int y, ReadOnlySpan<float> smoothed, ReadOnlySpan<float> noise, float threshold, ReadOnlySpan<float> raw)
    {
        var first = _runs.Count;
        var above = y == _previousRow + 1 ? _previousFrom : _previousTo;
        for (var x = 0; x < smoothed.Length;)
        {
            // Comparisons with NaN are false: neither bad pixels nor pixels without a noise estimate start a run.
            if (!IsObject(smoothed[x], noise[x], threshold, raw[x]))
            {
                x++;
                continue;
            }

            var start = x;
            while (x < smoothed.Length && IsObject(smoothed[x], noise[x], threshold, raw[x])) { x++; }
            above = AddRun(y, start, x, smoothed, above);
        }

        (_previousFrom, _previousTo, _previousRow) = (first, _runs.Count, y);
    }

    /// <summary>The groups with at least <paramref name="areaMin"/> pixels: indices into the image, and smoothed values.</summary>
    public IEnumerable<(int[] Pixels, float[] Smoothed)> Groups(int areaMin)
    {
        var sizes = new int[_groups.Count];
        foreach (var run in _runs) { sizes[_groups.Find(run.Group)] += run.X1 - run.X0; }
        var members = new Dictionary<int, List<Run>>();
        foreach (var run in _runs)
        {
            var root = _groups.Find(run.Group);
            if (sizes[root] < areaMin) { continue; }
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(members, root, out _);
            (list ??= []).Add(run);
        }

        return members.Values.Select(Pixels);
    }

    private static bool IsObject(float smoothed, float noise, float threshold, float raw) =>
        smoothed > threshold * noise && noise > 0 && float.IsFinite(raw);

    private int AddRun(int y, int x0, int x1, ReadOnlySpan<float> smoothed, int above)
    {
        var group = -1;
        while (above < _previousTo && _runs[above].X1 < x0) { above++; }
        var touching = above;
        for (; touching < _previousTo && _runs[touching].X0 <= x1; touching++)
        {
            group = group < 0 ? _groups.Find(_runs[touching].Group) : _groups.Union(group, _runs[touching].Group);
        }

        _runs.Add(new Run(y, x0, x1, _values.Count, group < 0 ? _groups.Add() : group));
        _values.AddRange(smoothed[x0..x1]);
        return above;
    }

    private (int[] Pixels, float[] Smoothed) Pixels(List<Run> runs)
    {
        var size = runs.Sum(r => r.X1 - r.X0);
        var (pixels, smoothed) = (new int[size], new float[size]);
        var at = 0;
        foreach (var run in runs)
        {
            for (var x = run.X0; x < run.X1; x++, at++)
            {
                pixels[at] = (run.Y * width) + x;
                smoothed[at] = _values[run.ValueAt + x - run.X0];
            }
        }

        return (pixels, smoothed);
    }
}
