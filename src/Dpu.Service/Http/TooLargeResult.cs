using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// Refuses a request for its length. The answer goes out at once, and what the client still sends is thrown away for a while: a connection that is
/// closed under a writing client takes the answer with it.
/// </summary>
internal sealed class TooLargeResult(long maxBytes, string allowedBy = "dpu.http.body-max") : IResult
{
    private const int BufferBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Connection = "close";
        await ProblemResult
            .Because(StatusCodes.Status413PayloadTooLarge, "too-large", $"The request is longer than {maxBytes} bytes, which {allowedBy} allows.")
            .ExecuteAsync(httpContext);
        await httpContext.Response.CompleteAsync();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
        bound.CancelAfter(Patience);
        await ThrowAwayAsync(httpContext.Request.Body, bound.Token);
    }

    private static async Task ThrowAwayAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            while (await body.ReadAsync(buffer, cancellationToken) > 0)
            {
                // Nobody wants it.
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It was told; whether it listened is its own affair.
        }
    }
}
