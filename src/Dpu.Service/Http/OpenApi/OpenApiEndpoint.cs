using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Dpu.Service.Http.OpenApi;

/// <summary>Gives the document of the API. It is made when somebody asks for it for the first time: the service starts without it.</summary>
internal sealed class OpenApiEndpoint
{
    private readonly Lazy<(byte[] Bytes, EntityTagHeaderValue Tag)> _document;

    public OpenApiEndpoint(IEndpointRouteBuilder routes, string version) => _document = new(() =>
    {
        var bytes = Encoding.UTF8.GetBytes(OpenApiDocument.Of(routes.DataSources, version).ToJsonString(ForPeopleToo()));
        return (bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\""));
    });

    public IResult Get(HttpContext context) => Results.Bytes(_document.Value.Bytes, "application/json", entityTag: _document.Value.Tag);

    private static JsonSerializerOptions ForPeopleToo() => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };
}
