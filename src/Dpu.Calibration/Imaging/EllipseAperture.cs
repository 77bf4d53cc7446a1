namespace Dpu.Calibration.Imaging;

/// <summary>What an aperture adds up.</summary>
/// <param name="Flux">Sum of the pixels, each by the part of it that lies inside.</param>
/// <param name="Area">Pixels inside, in pixels.</param>
/// <param name="ReplacedArea">Part of that area where a stand-in was used.</param>
/// <param name="IsComplete">Whether the aperture lies inside the image.</param>
internal readonly record struct ApertureSum(double Flux, double Area, double ReplacedArea, bool IsComplete);

/// <summary>
/// An elliptical aperture. Pixels on its rim count by the part inside, found on a grid of 8 x 8 points: the area of a
/// circle of 4 pixels' radius comes out right to about 0.1%.
/// </summary>
internal readonly record struct EllipseAperture(double X, double Y, double SemiMajor, double SemiMinor, double Theta)
{
    private const int SubPixels = 8;

    public static EllipseAperture Circle(double x, double y, double radius) => new(x, y, radius, radius, 0);

    /// <summary>Adds up the object's pixels inside.</summary>
    public ApertureSum Sum(Surroundings pixels)
    {
        var form = new Form(this);
        var (x0, x1) = ((int)Math.Floor(X - form.ReachX), (int)Math.Ceiling(X + form.ReachX));
        var (y0, y1) = ((int)Math.Floor(Y - form.ReachY), (int)Math.Ceiling(Y + form.ReachY));
        double flux = 0, area = 0, replaced = 0;
        var complete = true;
        for (var y = y0; y <= y1; y++)
        {
            for (var x = x0; x <= x1; x++)
            {
                var part = form.Coverage(x - X, y - Y);
                if (part <= 0) { continue; }
                if (!pixels.Contains(x, y))
                {
                    complete = false;
                    continue;
                }

                flux += part * pixels.Value(x, y, X, Y);
                area += part;
                if (!pixels.IsOwn(x, y)) { replaced += part; }
            }
        }

        return new ApertureSum(flux, area, replaced, complete);
    }

    /// <summary>The ellipse as a quadratic form: 1 on the rim.</summary>
    private readonly struct Form
    {
        private readonly double _xx;
        private readonly double _yy;
        private readonly double _xy;
        private readonly double _margin;

        public Form(EllipseAperture ellipse)
        {
            var (sin, cos) = Math.SinCos(ellipse.Theta);
            var (a, b) = (1 / (ellipse.SemiMajor * ellipse.SemiMajor), 1 / (ellipse.SemiMinor * ellipse.SemiMinor));
            _xx = (cos * cos * a) + (sin * sin * b);
            _yy = (sin * sin * a) + (cos * cos * b);
            _xy = 2 * sin * cos * (a - b);
            ReachX = Math.Sqrt((cos * cos / a) + (sin * sin / b)) + 0.5;
            ReachY = Math.Sqrt((sin * sin / a) + (cos * cos / b)) + 0.5;

            // In units of the elliptical radius a pixel's corner is at most this far from its centre.
            _margin = Math.Sqrt(0.5) / ellipse.SemiMinor;
        }

        public double ReachX { get; }

        public double ReachY { get; }

        public double Coverage(double dx, double dy)
        {
            var radius = Math.Sqrt(Squared(dx, dy));
            if (radius <= 1 - _margin) { return 1; }
            if (radius >= 1 + _margin) { return 0; }
            var inside = 0;
            for (var j = 0; j < SubPixels; j++)
            {
                for (var i = 0; i < SubPixels; i++)
                {
                    var sx = dx + ((i + 0.5) / SubPixels) - 0.5;
                    var sy = dy + ((j + 0.5) / SubPixels) - 0.5;
                    if (Squared(sx, sy) <= 1) { inside++; }
                }
            }

            return (double)inside / (SubPixels * SubPixels);
        }

        private double Squared(double dx, double dy) => (_xx * dx * dx) + (_yy * dy * dy) + (_xy * dx * dy);
    }
}
