using System.Globalization;
using System.Text;
using System.Xml;

namespace Dpu.Calibration.Science;

/// <summary>Writes a table for the tools of the Virtual Observatory (VOTable 1.4, data as TABLEDATA).</summary>
internal static class VoTableWriter
{
    // Version 1.4 kept the namespace of 1.3.
    private const string Namespace = "http://www.ivoa.net/xml/VOTable/v1.3";
    private const string CoordinateSystem = "coosys";

    /// <summary>The file appears under its name only when it is complete.</summary>
    /// <param name="system">The reference system of positions: ICRS, FK5 …; empty when there is none.</param>
    /// <param name="information">What else readers should know, by name.</param>
    public static void Write(
        string path, string name, string description, string system, IReadOnlyList<SourceColumn> columns, IEnumerable<KeyValuePair<string, string>> information)
    {
        var temporary = path + ".part";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            using (var xml = XmlWriter.Create(file, new XmlWriterSettings { Indent = true, IndentChars = " ", Encoding = new UTF8Encoding(false) }))
            {
                xml.WriteStartElement("VOTABLE", Namespace);
                xml.WriteAttributeString("version", "1.4");
                xml.WriteStartElement("RESOURCE", Namespace);
                xml.WriteAttributeString("type", "results");
                xml.WriteElementString("DESCRIPTION", Namespace, description);
                foreach (var (key, value) in information) { WriteInformation(xml, key, value); }
                if (system.Length > 0) { WriteSystem(xml, system); }
                WriteTable(xml, name, columns, system.Length > 0);
                xml.WriteEndElement();
                xml.WriteEndElement();
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void WriteInformation(XmlWriter xml, string key, string value)
    {
        xml.WriteStartElement("INFO", Namespace);
        xml.WriteAttributeString("name", key);
        xml.WriteAttributeString("value", value);
        xml.WriteEndElement();
    }

    private static void WriteSystem(XmlWriter xml, string system)
    {
        xml.WriteStartElement("COOSYS", Namespace);
        xml.WriteAttributeString("ID", CoordinateSystem);
        xml.WriteAttributeString("system", system);
        if (system.StartsWith("eq_", StringComparison.Ordinal)) { xml.WriteAttributeString("equinox", "J2000"); }
        xml.WriteEndElement();
    }

    private static void WriteTable(XmlWriter xml, string name, IReadOnlyList<SourceColumn> columns, bool hasSystem)
    {
        var rows = columns.Count > 0 ? columns[0].Values.Length : 0;
        xml.WriteStartElement("TABLE", Namespace);
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("nrows", rows.ToString(CultureInfo.InvariantCulture));
        foreach (var column in columns) { WriteField(xml, column, hasSystem); }
        xml.WriteStartElement("DATA", Namespace);
        xml.WriteStartElement("TABLEDATA", Namespace);
        for (var row = 0; row < rows; row++)
        {
            xml.WriteStartElement("TR", Namespace);
            foreach (var column in columns) { xml.WriteElementString("TD", Namespace, column.Text(row)); }
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteField(XmlWriter xml, SourceColumn column, bool hasSystem)
    {
        xml.WriteStartElement("FIELD", Namespace);
        xml.WriteAttributeString("name", column.Name);
        xml.WriteAttributeString("datatype", column.DataType);
        if (column.Unit.Length > 0) { xml.WriteAttributeString("unit", column.Unit); }
        xml.WriteAttributeString("ucd", column.Ucd);
        if (hasSystem && column.Ucd.StartsWith("pos.eq.", StringComparison.Ordinal)) { xml.WriteAttributeString("ref", CoordinateSystem); }
        xml.WriteElementString("DESCRIPTION", Namespace, column.Description);
        xml.WriteEndElement();
    }
}
