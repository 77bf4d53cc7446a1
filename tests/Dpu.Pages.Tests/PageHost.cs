using System.Net.Http.Headers;
using Dpu.Pages.Login;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dpu.Pages.Tests;

/// <summary>All pages over a <see cref="FakeApi"/>, on a port of their own.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageHost(WebApplication app, FakeApi api)
    {
        (_app, Api) = (app, api);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        };
    }

    public FakeApi Api { get; }

    public HttpClient Client { get; }

    public static async Task<PageHost> StartAsync(ISessions? sessions = null, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new FakeApi();
        PageRoutes.Map(app, api, sessions ?? new NoSessions(), time ?? TimeProvider.System, static _ => { });
        await app.StartAsync();
        return new PageHost(app, api);
    }

    public async Task<string> GetAsync(string address) => await (await Client.GetAsync(new Uri(address, UriKind.Relative))).Content.ReadAsStringAsync();

    public Task<HttpResponseMessage> PostAsync(string address, params (string Name, string Value)[] fields)
    {
        var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        return Client.PostAsync(new Uri(address, UriKind.Relative), content);
    }

    /// <summary>As a browser sends a form with files: a name, and a value, or the name and the content of a file.</summary>
    public Task<HttpResponseMessage> PostFormAsync(string address, params (string Name, string Value, byte[]? File, string? Type)[] parts)
    {
        var content = new MultipartFormDataContent { HeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8 };
        foreach (var (name, value, file, type) in parts)
        {
            HttpContent part = file is null ? new StringContent(value) : new ByteArrayContent(file);
            part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"{name}\"{(file is null ? "" : $"; filename=\"{value}\"")}");
            part.Headers.ContentType = file is null ? null : new MediaTypeHeaderValue(type ?? "application/octet-stream");
            content.Add(part);
        }

        return Client.PostAsync(new Uri(address, UriKind.Relative), content);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class NoSessions : ISessions
    {
        public void Begin(HttpContext context, string token, DateTimeOffset expires)
        {
        }

        public bool TryBegin(HttpContext context, string code) => false;

        public void End(HttpContext context)
        {
        }
    }
}
