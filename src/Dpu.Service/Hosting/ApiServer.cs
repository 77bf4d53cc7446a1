using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;
using Dpu.Pages;
using Dpu.Service.Configuration;
using Dpu.Service.Http;
using Dpu.Service.Http.Sessions;
using Dpu.Service.Telemetry;
using Dpu.Service.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Hosting;

/// <summary>The one port: the HTTP API, beyond loopback behind TLS.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const int HeaderBytesMax = 32 * 1024;
    private const double BodyBytesPerSecondMin = 240;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;

    private ApiServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>The DPU's figures.</summary>
    public required MetricsReader Metrics { get; init; }

    /// <exception cref="StartupException">The port is in use, or may not be used.</exception>
    public static async Task<ApiServer> StartAsync(ApiServices services, string token, string user, ServerIdentity? tls, Func<IPAddress?, bool> isLoopback, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var http = services.Options.Http;
        var refused = new RefusedCallers(loggers.CreateLogger<RequestGuard>(), services.System.Time, isLoopback);
        var app = Build(http, listen => Protect(listen, tls, () => new PlainTextDoor(refused, isLoopback, services.System.Time)), loggers);
        OwnHosts? hosts = null;
        var guard = new RequestGuard(token, user, () => hosts, services.Membership.Identities, services.Users.Directory, services.Sessions, refused, services.System.Time);
        var limits = new CallerLimits(http);
        app.Lifetime.ApplicationStopped.Register(limits.Dispose);
        var own = new OwnApi();
        var figures = new RequestFigures(services.System.Time);
        var readiness = new Readiness(services);
        app.UseWebSockets();
        app.Use(next =>
        {
            own.Enter(next);
            return next;
        });
        app.Use(next => context => figures.CountAsync(context, next));
        app.UseRouting();
        app.Use(next => context => CarefulHeaders.AddAsync(context, next));
        app.Use(next => context => TurnFailuresIntoProblemsAsync(context, next, loggers, services.Stopping));
        app.Use(next => context => guard.InvokeAsync(context, next));
        app.Use(next => context => limits.InvokeAsync(context, next));
        app.Use(next => context =>
        {
            RequestBody.SetMaxBytes(context, http.BodyMaxBytes);
            return next(context);
        });
        var metrics = new MetricsReader(services, readiness, figures);
        MonitoringEndpoints.Map(app, http.Metrics, readiness, metrics);
        Endpoints.Map(app, services);
        PageRoutes.Map(app, own, services.Sessions, services.System.Time, static endpoint => endpoint.WithMetadata(RequestGuard.ForVisitors.Instance, RequestGuard.ForBrowsers.Instance));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception error)
        {
            await app.DisposeAsync();
            if (error is IOException or SocketException)
            {
                throw new StartupException($"Port {http.Port} of {http.Address} cannot be used: {Reason(error)}", 3);
            }

            throw;
        }

        var address = LocalAddress(http, app);
        hosts = new OwnHosts(address, tls?.Names ?? []);
        return new ApiServer(app, address) { Metrics = metrics };
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Reason(Exception error) => error.InnerException is AddressInUseException
        ? "it is in use. Another DPU may be running there; stop that one, or choose another port with --port."
        : $"{error.Message.TrimEnd('.')}. Choose another port with --port.";

    /// <summary>Where callers on this host find it.</summary>
    private static Uri LocalAddress(HttpOptions http, WebApplication app)
    {
        var listening = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new UriBuilder(Uri.UriSchemeHttp, http.LocalAddress.ToString(), listening.Port).Uri;
    }

    private static void Protect(ListenOptions listen, ServerIdentity? tls, Func<PlainTextDoor> door)
    {
        if (tls is null)
        {
            return;
        }

        listen.Protocols = HttpProtocols.Http1;
        door().Guard(listen, behind => behind.UseHttps(https =>
        {
            https.ServerCertificate = tls.Certificate;
            https.ServerCertificateChain = tls.Chain;
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        }));
    }

    private static WebApplication Build(HttpOptions http, Action<ListenOptions> protect, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Kestrel closes the connection under a client that sends too much, which then never reads why: RequestBody keeps the limit.
            kestrel.Limits.MaxRequestBodySize = null;

            // Whoever dribbles holds a connection, and nothing else: these are the framework's own limits, named because much depends on them.
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(BodyBytesPerSecondMin, BodyGrace);
            kestrel.Listen(http.Address, http.Port, protect);
            if (!http.IsLoopback && !http.IsAny)
            {
                kestrel.Listen(http.LocalAddress, http.Port, protect);
            }
        });
        return builder.Build();
    }

    /// <summary>The last resort: nobody sees a stack trace, and nothing is swallowed.</summary>
    private static async Task TurnFailuresIntoProblemsAsync(HttpContext context, RequestDelegate next, ILoggerFactory loggers, CancellationToken stopping)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && context.Response.HasStarted)
        {
            // The service stops in order, and a stream ends with it: whoever follows asks again.
        }
        catch (Exception error) when (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            HostLog.RequestFailed(loggers.CreateLogger<ApiServer>(), error);
            context.Abort();
        }
        catch (Exception error)
        {
            await ProblemFor(error, loggers).ExecuteAsync(context);
        }
    }

    private static ProblemResult ProblemFor(Exception error, ILoggerFactory loggers)
    {
        if (error is Microsoft.AspNetCore.Http.BadHttpRequestException bad)
        {
            return ProblemResult.Because(bad.StatusCode, "bad-request", bad.Message);
        }

        HostLog.RequestFailed(loggers.CreateLogger<ApiServer>(), error);
        return error switch
        {
            JournalException => Unavailable($"The DPU cannot use its database now: {error.Message}"),
            AskTimeoutException or OperationCanceledException => Unavailable("The DPU did not answer in time. Ask again in a moment."),
            _ => ProblemResult.Because(StatusCodes.Status500InternalServerError, "internal", "The DPU failed at this request; its log says why."),
        };
    }

    private static ProblemResult Unavailable(string detail) =>
        ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", detail);
}
