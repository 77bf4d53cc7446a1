using System.Net;
using Dpu.Service.Configuration;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Hosting;

/// <summary>The one port: the HTTP API on loopback.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    public Uri Address { get; }

    /// <exception cref="StartupException">The port is in use, or may not be used.</exception>
    public static async Task<ApiServer> StartAsync(ApiServices services, string token, string user, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var http = services.Options.Http;
        var app = Build(http, loggers);
        var port = 0;
        var guard = new RequestGuard(token, user, () => port);
        app.UseRouting();
        app.Use(next => context => TurnFailuresIntoProblemsAsync(context, next, loggers));
        app.Use(next => context => guard.InvokeAsync(context, next));
        Endpoints.Map(app, services);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException error) 
        {
            await app.DisposeAsync();
            throw new StartupException($"Port {http.Port} of {http.Host} cannot be used: {Reason(error)}. Another DPU may be running there; choose another with --port.", 3);
        }

        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        port = address.Port;
        return new ApiServer(app, address);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Reason(IOException error) => error.InnerException is AddressInUseException ? "it is in use" : error.Message;

    private static WebApplication Build(HttpOptions http, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = http.BodyMaxBytes;
            kestrel.Listen(IPAddress.Parse(http.Host), http.Port);
        });
        return builder.Build();
    }

    /// <summary>The last resort: nobody sees a stack trace, and nothing is swallowed.</summary>
    private static async Task TurnFailuresIntoProblemsAsync(HttpContext context, RequestDelegate next, ILoggerFactory loggers)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await ProblemFor(error, loggers).ExecuteAsync(context);
        }
    }

    private static ProblemResult ProblemFor(Exception error, ILoggerFactory loggers)
    {
        if (error is BadHttpRequestException bad)
        {
            return ProblemResult.Because(bad.StatusCode, "bad-request", bad.Message);
        }

        HostLog.RequestFailed(loggers.CreateLogger<ApiServer>(), error);
        return error is Kernel.Persistence.JournalException or OperationCanceledException
            ? ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", $"The DPU cannot read its database now: {error.Message}")
            : ProblemResult.Because(StatusCodes.Status500InternalServerError, "internal", "The DPU failed at this request; its log says why.");
    }
}
