using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>A photometric catalog as a FITS table: writing and reading.</summary>
internal static class PhotcatTable
{
    public const string Type = "photcat";
    public const string Extension = "PHOTCAT";

    /// <summary>Writes the catalog and adds it to the results.</summary>
    public static void Write(TaskContext context, Photcat catalog, FitsHeader image, IReadOnlyList<TaskInput> inputs)
    {
        var path = context.Results.NewPath(FrameNames.Stem(catalog.Input, Type), ".fits");
        var primary = new FitsHeader();
        ScienceProduct.Describe(context, primary, Type, inputs);
        FitsWriter.WriteTable(path, primary, new FitsTable([.. Columns(catalog.Stars).Select(c => c.ToFits())], Header(catalog, image)));
        var metadata = catalog.Input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure");
        metadata["stars"] = catalog.Stars.Count;
        metadata["standards"] = catalog.Standards;
        metadata["fwhm"] = catalog.Fwhm;
        metadata["airmass"] = catalog.Airmass;
        context.Results.Add(Type, path, Type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    public static Photcat Read(TaskInput input)
    {
        var table = FitsReader.ReadTable(input.Path);
        var header = table.Header;
        return new Photcat
        {
            Name = input.FileName,
            Input = input,
            Chip = header.GetString("CHIP", input.Metadata.GetString("chip")),
            Filter = header.GetString("FILTER", input.Metadata.GetString("filter")),
            Exposure = header.GetString("EXPID", input.FileName),
            Mjd = header.GetDouble("MJD-OBS", double.NaN),
            Airmass = header.GetDouble("AIRMASS", double.NaN),
            Seconds = header.GetDouble("EXPTIME", double.NaN),
            Aperture = header.GetDouble("APERTURE"),
            Fwhm = header.GetDouble("SEEING", double.NaN),
            Sky = header.GetDouble("SKYLEVEL", double.NaN),
            Width = (int)header.GetInt64("IMWIDTH"),
            Height = (int)header.GetInt64("IMHEIGHT"),
            Stars = Stars(table),
        };
    }

    private static PhotcatStar[] Stars(FitsTable table)
    {
        var stars = new PhotcatStar[table.RowCount];
        var (number, flags) = (table["NUMBER"], table["FLAGS"]);
        double[] Column(string name) { var column = table[name]; return [.. Enumerable.Range(0, stars.Length).Select(column.GetDouble)]; }
        var (x, y, ra, dec, fwhm) = (Column("X"), Column("Y"), Column("RA"), Column("DEC"), Column("FWHM"));
        var (instrumental, error, illumination, reference, referenceError) =
            (Column("MAG_INST"), Column("MAGERR_INST"), Column("ILLUMINATION"), Column("MAG_REF"), Column("MAGERR_REF"));
        for (var i = 0; i < stars.Length; i++)
        {
            stars[i] = new PhotcatStar
            {
                Number = (int)number.GetInt64(i),
                X = x[i],
                Y = y[i],
                Ra = ra[i],
                Dec = dec[i],
                Fwhm = fwhm[i],
                Flags = (int)flags.GetInt64(i),
                Instrumental = instrumental[i],
                Error = error[i],
                Illumination = illumination[i],
                Reference = reference[i],
                ReferenceError = referenceError[i],
            };
        }

        return stars;
    }

    private static IReadOnlyList<SourceColumn> Columns(IReadOnlyList<PhotcatStar> stars)
    {
        double[] Each(Func<PhotcatStar, double> value) => [.. stars.Select(value)];
        return
        [
            new("NUMBER", "", "meta.id;meta.main", "number of the star in this catalog", stars.Select(s => s.Number).ToArray()),
            new("X", "pixel", "pos.cartesian.x;instr.det", "windowed centroid, first pixel is 1", Each(s => s.X)),
            new("Y", "pixel", "pos.cartesian.y;instr.det", "windowed centroid, first pixel is 1", Each(s => s.Y)),
            new("RA", "deg", "pos.eq.ra;meta.main", "right ascension", Each(s => s.Ra)),
            new("DEC", "deg", "pos.eq.dec;meta.main", "declination", Each(s => s.Dec)),
            new("MAG_INST", "mag", "phot.mag;instr", "-2.5 log10 of the flux per second in the aperture, as the frame has it", Each(s => s.Instrumental)),
            new("MAGERR_INST", "mag", "stat.error;phot.mag", "one sigma of MAG_INST", Each(s => s.Error)),
            new("ILLUMINATION", "mag", "phot.mag;arith.diff", "to subtract for even illumination; 0: not known", Each(s => s.Illumination)),
            new("MAG_REF", "mag", "phot.mag", "magnitude of the standard star; NaN: none", Each(s => s.Reference)),
            new("MAGERR_REF", "mag", "stat.error;phot.mag", "one sigma of MAG_REF", Each(s => s.ReferenceError)),
            new("FWHM", "pixel", "phys.angSize", "width at half maximum", Each(s => s.Fwhm)),
            new("FLAGS", "", "meta.code.qual", "as in a source list; 128: a neighbour in the aperture", stars.Select(s => s.Flags).ToArray()),
        ];
    }

    private static FitsHeader Header(Photcat catalog, FitsHeader image)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", Extension, "");
        foreach (var key in (string[])["INSTRUME", "OBJECT", "DATE-OBS", "TIMESYS", "RADESYS", "EQUINOX", "PIXSCALE"])
        {
            if (image.TryGet(key, out var value)) { header.Set(key, value); }
        }

        header.Set("CHIP", catalog.Chip, "name of the CCD");
        header.Set("FILTER", catalog.Filter, "");
        header.Set("EXPID", catalog.Exposure, "shared by the chips of one exposure");
        SetKnown(header, "MJD-OBS", catalog.Mjd, "start of the exposure");
        SetKnown(header, "AIRMASS", catalog.Airmass, "");
        SetKnown(header, "EXPTIME", catalog.Seconds, "[s] exposure time");
        header.Set("APERTURE", catalog.Aperture, "[pixel] diameter for MAG_INST");
        SetKnown(header, "SEEING", catalog.Fwhm, "[pixel] median FWHM of the clean stars");
        SetKnown(header, "SKYLEVEL", catalog.Sky, "mean background per pixel and second");
        header.Set("IMWIDTH", (long)catalog.Width, "[pixel] of the frame");
        header.Set("IMHEIGHT", (long)catalog.Height, "[pixel] of the frame");
        header.Set("NSTDS", (long)catalog.Standards, "standard stars among the sources");
        return header;
    }

    // A card has no NaN: what is not known is not there.
    private static void SetKnown(FitsHeader header, string key, double value, string comment)
    {
        if (double.IsFinite(value)) { header.Set(key, value, comment); }
    }
}
