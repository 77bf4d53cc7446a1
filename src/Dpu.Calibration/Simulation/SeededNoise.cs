namespace Dpu.Calibration.Simulation;

/// <summary>
/// Random numbers that are the same on every machine and for every order of frames: each frame has its own stream, named by seed and
/// purpose. SplitMix64 (Steele, Lea, Flood 2014) for bits, the ziggurat of Marsaglia and Tsang (2000) for the normal distribution.
/// </summary>
internal sealed class SeededNoise
{
    private const int Layers = 128;
    private const double Tail = 3.442619855899;
    private static readonly uint[] s_limit = new uint[Layers];
    private static readonly double[] s_width = new double[Layers];
    private static readonly double[] s_density = new double[Layers];
    private ulong _state;

    static SeededNoise()
    {
        const double Area = 9.91256303526217e-3;
        const double Scale = 2147483648.0;
        var (x, previous) = (Tail, Tail);
        var bottom = Area / Math.Exp(-0.5 * x * x);
        (s_limit[0], s_limit[1]) = ((uint)(x / bottom * Scale), 0);
        (s_width[0], s_width[Layers - 1]) = (bottom / Scale, x / Scale);
        (s_density[0], s_density[Layers - 1]) = (1, Math.Exp(-0.5 * x * x));
        for (var i = Layers - 2; i >= 1; i--)
        {
            x = Math.Sqrt(-2 * Math.Log((Area / x) + Math.Exp(-0.5 * x * x)));
            s_limit[i + 1] = (uint)(x / previous * Scale);
            previous = x;
            s_density[i] = Math.Exp(-0.5 * x * x);
            s_width[i] = x / Scale;
        }
    }

    /// <param name="seed">The data set's seed.</param>
    /// <param name="purpose">Numbers that name the stream, such as a chip and a frame.</param>
    public SeededNoise(ulong seed, params ReadOnlySpan<int> purpose)
    {
        _state = seed;
        foreach (var part in purpose)
        {
            _state = NextBits() ^ ((ulong)(uint)part * 0x9E3779B97F4A7C15);
        }
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Uniform among 0 … <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(Uniform() * count);

    /// <summary>Normal with mean 0 and standard deviation 1.</summary>
    public double Normal()
    {
        while (true)
        {
            var bits = NextBits();
            var layer = (int)(bits & (Layers - 1));
            var signed = (int)(bits >> 32);
            var value = signed * s_width[layer];
            if ((uint)Math.Abs((long)signed) < s_limit[layer])
            {
                return value;
            }
            if (layer == 0)
            {
                return FromTail(signed < 0);
            }
            if (s_density[layer] + (Uniform() * (s_density[layer - 1] - s_density[layer])) < Math.Exp(-0.5 * value * value))
            {
                return value;
            }
        }
    }

    private double FromTail(bool isNegative)
    {
        double x, y;
        do
        {
            x = -Math.Log(1 - Uniform()) / Tail;
            y = -Math.Log(1 - Uniform());
        }
        while (y + y < x * x);
        return isNegative ? -(Tail + x) : Tail + x;
    }

    private ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
