using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Layout;

/// <summary>Styles, scripts and the icon, as they are in the program. Their address tells their content, so a browser keeps them for good.</summary>
internal static class StaticFiles
{
    private const int TagLength = 12;

    private static readonly FrozenDictionary<string, Asset> All = new[] { "dpu.css", "dpu.js", "theme.js", "icon.svg" }.ToFrozenDictionary(name => name, Read, StringComparer.Ordinal);

    public static string Address(string name) => $"/assets/{All[name].Tag}/{name}";

    public static Task ServeAsync(HttpContext context)
    {
        var (tag, name) = ((string)context.Request.RouteValues["tag"]!, (string)context.Request.RouteValues["name"]!);
        if (!All.TryGetValue(name, out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = asset.Type;

        // A page of the version before may still ask; what it gets is right for a moment, and not to be kept.
        context.Response.Headers.CacheControl = tag == asset.Tag ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.ContentLength = asset.Bytes.Length;
        return context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).AsTask();
    }

    private static Asset Read(string name)
    {
        using var stream = typeof(StaticFiles).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The program has no {name}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Asset(bytes, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(bytes))[..TagLength]);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"Nothing is known of {other} files."),
    };

    private sealed record Asset(byte[] Bytes, string Type, string Tag);
}
