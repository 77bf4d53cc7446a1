using System.Globalization;
using System.Text;
using System.Xml;

namespace Dpu.Fits.Conversion;

/// <summary>
/// A table as VOTable 1.4 (IVOA Recommendation of 2019), with names, units and meanings of its columns, and the values as TABLEDATA. What is no character of XML is shown as U+FFFD.
/// Variable-length arrays are not read: such columns are left out, and an INFO element names them.
/// </summary>
internal static class VoTable
{
    // Version 1.4 kept the namespace of 1.3.
    private const string Namespace = "http://www.ivoa.net/xml/VOTable/v1.3";

    public static void Write(ProductSource source, Stream destination)
    {
        var (rowLength, rows) = TableReader.ShapeOf(source.Header, source.Layout);
        var fields = TableReader.Fields(source.Header, rowLength);
        var columns = fields.Where(field => field.Code is not ('P' or 'Q')).Select(field => new VoTableColumn(field, source.Header)).ToArray();
        using var xml = XmlWriter.Create(destination, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CloseOutput = false, Indent = true, IndentChars = " " });
        xml.WriteStartElement("VOTABLE", Namespace);
        xml.WriteAttributeString("version", "1.4");
        xml.WriteStartElement("RESOURCE", Namespace);
        xml.WriteAttributeString("type", "results");
        foreach (var left in fields.Where(field => field.Code is 'P' or 'Q'))
        {
            xml.WriteStartElement("INFO", Namespace);
            xml.WriteAttributeString("name", "left-out");
            xml.WriteAttributeString("value", $"{Clean(left.Name)}: variable-length arrays are not converted");
            xml.WriteEndElement();
        }

        xml.WriteStartElement("TABLE", Namespace);
        xml.WriteAttributeString("name", Clean(source.Header.GetString("EXTNAME", "table").Trim()));
        xml.WriteAttributeString("nrows", rows.ToString(CultureInfo.InvariantCulture));
        foreach (var column in columns)
        {
            column.WriteField(xml, Namespace);
        }

        xml.WriteStartElement("DATA", Namespace);
        xml.WriteStartElement("TABLEDATA", Namespace);
        source.ReadParts(rowLength, rows, part => WriteRows(xml, columns, part.Span, (int)rowLength));
        xml.WriteEndDocument();
    }

    /// <summary>A text that XML can hold.</summary>
    internal static string Clean(string text) =>
        text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    private static void WriteRows(XmlWriter xml, VoTableColumn[] columns, ReadOnlySpan<byte> part, int rowLength)
    {
        for (var at = 0; at < part.Length; at += rowLength)
        {
            xml.WriteStartElement("TR", Namespace);
            foreach (var column in columns)
            {
                xml.WriteElementString("TD", Namespace, column.Text(part.Slice(at + column.Offset, column.Length)));
            }

            xml.WriteEndElement();
        }
    }
}
