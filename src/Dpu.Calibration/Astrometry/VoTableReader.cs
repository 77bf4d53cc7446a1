using System.Globalization;
using System.IO.Compression;
using System.Xml;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Reads the tables of a VOTable (versions 1.0 to 1.5; TABLEDATA, BINARY, BINARY2, with base64 in the file itself), plain or gzipped. Only numbers are kept. Data in another file, by
/// HREF, and FITS within a VOTable are not followed.
/// </summary>
internal static class VoTableReader
{
    private static readonly XmlReaderSettings s_settings = new()
    {
        // A catalog is somebody else's text: nothing is loaded from elsewhere and no entity is expanded. Old files name a DTD.
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    /// <summary>Whether a file's first bytes are those of XML.</summary>
    public static bool IsXml(Stream stream)
    {
        Span<byte> start = stackalloc byte[256];
        var text = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) { text = text[3..]; }
        text = text.TrimStart(" \t\r\n"u8);
        return text is [(byte)'<', ..];
    }

    /// <summary>Every table with fields.</summary>
    /// <exception cref="RecipeException">The file is no VOTable, or its data cannot be read.</exception>
    public static IReadOnlyList<CatalogTable> Read(Stream stream, string file)
    {
        try
        {
            using var xml = XmlReader.Create(stream, s_settings);
            return ReadTables(xml, file);
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException)
        {
            throw new RecipeException($"{file} is no VOTable that can be read: {e.Message}", RecipeException.BadData, e);
        }
    }

    private static List<CatalogTable> ReadTables(XmlReader xml, string file)
    {
        var tables = new List<CatalogTable>();
        var fields = new List<VoField>();
        double? epoch = null;
        var isVoTable = false;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) { continue; }
            switch (xml.LocalName)
            {
                case "VOTABLE":
                    isVoTable = true;
                    break;
                case "COOSYS":
                    epoch ??= EpochOf(xml.GetAttribute("epoch"));
                    break;
                case "TABLE":
                    fields = [];
                    break;
                case "FIELD":
                    fields.Add(FieldOf(xml, file));
                    break;
                case "TABLEDATA":
                    tables.Add(Table(fields, [.. Rows(xml, fields, file)], epoch));
                    break;
                case "BINARY" or "BINARY2":
                    tables.Add(Table(fields, BinaryRows(xml, fields, file), epoch));
                    break;
                case "FITS" when fields.Count > 0:
                    throw RecipeException.BadFile($"{file} holds its table as FITS, which is not followed; write it as TABLEDATA, or give the FITS file itself.");
            }
        }

        return isVoTable ? tables : throw RecipeException.BadFile($"{file} is XML, but no VOTable.");
    }

    private static VoCatalogTable Table(List<VoField> fields, List<double[]> rows, double? epoch) => new([.. fields.Select(field => field.ToColumn())], rows, epoch);

    private static double? EpochOf(string? text) =>
        text is not null && double.TryParse(text.TrimStart('J', 'j', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var year) && year is > 1800 and < 2200 ? year : null;

    private static VoField FieldOf(XmlReader xml, string file)
    {
        var (name, unit, ucd) = (xml.GetAttribute("name") ?? "", xml.GetAttribute("unit") ?? "", xml.GetAttribute("ucd") ?? "");
        var (type, count) = (xml.GetAttribute("datatype") ?? "", VoField.CountOf(xml.GetAttribute("arraysize"), file));
        long? nothing = null;
        if (!xml.IsEmptyElement)
        {
            using var inner = xml.ReadSubtree();
            while (inner.Read())
            {
                if (inner is { NodeType: XmlNodeType.Element, LocalName: "VALUES" } && long.TryParse(inner.GetAttribute("null"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) { nothing = number; }
            }
        }

        return new VoField(name, unit.Trim(), ucd.Trim(), type, count, nothing);
    }

    private static IEnumerable<double[]> Rows(XmlReader xml, List<VoField> fields, string file)
    {
        if (xml.IsEmptyElement) { yield break; }
        using var inner = xml.ReadSubtree();
        double[]? row = null;
        var at = 0;
        while (inner.Read())
        {
            if (inner is { NodeType: XmlNodeType.EndElement, LocalName: "TR" })
            {
                yield return at == fields.Count ? row! : throw RecipeException.BadFile($"{file}: a row of its table has {at} cells, the table {fields.Count} fields.");
            }

            if (inner.NodeType != XmlNodeType.Element) { continue; }
            if (inner.LocalName == "TR") { (row, at) = (new double[fields.Count], 0); }
            if (inner.LocalName != "TD") { continue; }
            var text = TextOf(inner);
            if (at < fields.Count) { row![at] = fields[at].FromText(text); }
            at++;
        }
    }

    /// <summary>The text of an element; the reader stays at its end, so that the next one is not passed over.</summary>
    private static string TextOf(XmlReader xml)
    {
        if (xml.IsEmptyElement) { return ""; }
        var text = "";
        while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) { text += xml.Value; }
        }

        return text;
    }

    private static List<double[]> BinaryRows(XmlReader xml, List<VoField> fields, string file)
    {
        var hasMask = xml.LocalName == "BINARY2";
        using var inner = xml.ReadSubtree();
        var bytes = Array.Empty<byte>();
        while (inner.Read())
        {
            if (inner is not { NodeType: XmlNodeType.Element, LocalName: "STREAM" }) { continue; }
            if (inner.GetAttribute("href") is { } elsewhere) { throw RecipeException.BadFile($"{file} has its data elsewhere ({elsewhere}), which is not followed; write them into the file."); }
            var encoding = inner.GetAttribute("encoding") ?? "";
            if (encoding.Length > 0 && encoding != "base64") { throw RecipeException.BadFile($"{file}: the encoding '{encoding}' of its STREAM is not known; base64 is."); }
            bytes = Convert.FromBase64String(TextOf(inner));
        }

        return RowsOf(bytes, fields, hasMask, file);
    }

    private static List<double[]> RowsOf(ReadOnlySpan<byte> bytes, List<VoField> fields, bool hasMask, string file)
    {
        var rows = new List<double[]>();
        var maskLength = hasMask ? (fields.Count + 7) / 8 : 0;
        while (!bytes.IsEmpty && fields.Count > 0)
        {
            if (bytes.Length < maskLength) { throw RecipeException.BadFile($"{file}: the binary data of its table end within a row."); }
            var mask = bytes[..maskLength];
            bytes = bytes[maskLength..];
            var row = new double[fields.Count];
            for (var i = 0; i < row.Length; i++)
            {
                var value = fields[i].FromBytes(ref bytes, file);
                row[i] = hasMask && (mask[i / 8] & (0x80 >> (i % 8))) != 0 ? double.NaN : value;
            }

            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The file's content, unpacked when it is gzipped.</summary>
    public static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        try
        {
            var isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            return isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
