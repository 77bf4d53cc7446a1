using System.Globalization;
using System.Threading.RateLimiting;
using Dpu.Service.Configuration;
using Dpu.Service.Http.Sessions;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// How much one caller may ask: so many requests a second, in bursts, and so many open at a time (streams count as long as they last). A caller is a user, or, of visitors, an
/// address. Nodes are not counted: what they bring is work that was given to them. Made at the first request, so that the service starts without it.
/// </summary>
internal sealed class CallerLimits(HttpOptions http) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<PartitionedRateLimiter<string>> _limits = new(() => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = http.OpenMax, QueueLimit = 0 })),
        PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = http.Burst,
            TokensPerPeriod = Math.Max(1, http.RequestsPerSecond / (int)(TimeSpan.FromSeconds(1) / Period)),
            ReplenishmentPeriod = http.RequestsPerSecond >= (int)(TimeSpan.FromSeconds(1) / Period) ? Period : TimeSpan.FromSeconds(1.0 / http.RequestsPerSecond),
            QueueLimit = 0,
        }))));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (OwnApi.Asked(context) || context.GetEndpoint()?.Metadata.GetMetadata<RequestGuard.ForNodes>() is not null)
        {
            await next(context);
            return;
        }

        // A leading letter each: nobody is called like an address.
        var caller = RequestGuard.UserOf(context) is { } user ? "u" + user : "a" + context.Connection.RemoteIpAddress;
        using var lease = _limits.Value.AttemptAcquire(caller);
        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? (int)Math.Ceiling(time.TotalSeconds) : 1;
        context.Response.Headers.RetryAfter = Math.Max(1, wait).ToString(CultureInfo.InvariantCulture);
        await ProblemResult
            .Because(
                StatusCodes.Status429TooManyRequests,
                "too-many-requests",
                $"More was asked at once than one caller may: {http.RequestsPerSecond} requests a second, {http.Burst} in a burst, {http.OpenMax} open at a time. Ask again in a moment.")
            .ExecuteAsync(context);
    }

    public void Dispose()
    {
        if (_limits.IsValueCreated)
        {
            _limits.Value.Dispose();
        }
    }
}
