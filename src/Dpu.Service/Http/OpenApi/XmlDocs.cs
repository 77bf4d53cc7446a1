using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Dpu.Service.Http.OpenApi;

/// <summary>What the comments of the API's records say: they were written for those who use it, so the document repeats them.</summary>
internal sealed class XmlDocs
{
    private const string Resource = "Dpu.Client.xml";

    private readonly Dictionary<string, XElement> _members;

    private XmlDocs(Dictionary<string, XElement> members) => _members = members;

    /// <summary>Reads them from the program itself.</summary>
    public static XmlDocs Load()
    {
        using var stream = typeof(XmlDocs).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program was built without {Resource}.");
        return new XmlDocs(XDocument.Load(stream).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal));
    }

    /// <summary>What is said of a type; null for nothing.</summary>
    public string? Of(Type type) => TextOf(Member("T:" + type.FullName)?.Element("summary"));

    /// <summary>What is said of a property: its own summary, or what its record says of the parameter of this name.</summary>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!.FullName;
        return TextOf(Member($"P:{type}.{property.Name}")?.Element("summary")) ?? TextOf(ParameterOf(type!, property.Name));
    }

    private XElement? ParameterOf(string type, string name) =>
        Member("T:" + type)?.Elements("param").FirstOrDefault(parameter => parameter.Attribute("name")?.Value == name);

    private XElement? Member(string name)
    {
        var member = _members.GetValueOrDefault(name);
        return member?.Element("inheritdoc")?.Attribute("cref")?.Value is { } other ? _members.GetValueOrDefault(other) : member;
    }

    private static string? TextOf(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var text = new StringBuilder();
        Append(text, element);
        var said = string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return said.Length == 0 ? null : said;
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText plain:
                    text.Append(plain.Value);
                    break;
                case XElement { Name.LocalName: "see" or "paramref" } reference:
                    text.Append(NameOf(reference));
                    break;
                case XElement other:
                    Append(text, other);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The last part of what is referred to, as JSON calls it.</summary>
    private static string NameOf(XElement reference)
    {
        var whole = (reference.Attribute("cref") ?? reference.Attribute("name"))?.Value ?? reference.Value;
        var last = whole[(whole.LastIndexOf('.') + 1)..];
        return whole.StartsWith("T:", StringComparison.Ordinal) ? last : JsonNamingPolicy.CamelCase.ConvertName(last);
    }
}
