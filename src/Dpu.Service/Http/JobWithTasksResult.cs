using System.Text.Json;
using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>A job's details with all its tasks as one JSON object, sent as the tasks come.</summary>
internal sealed class JobWithTasksResult(JobDetail job, IAsyncEnumerable<TaskDetail> tasks) : IResult
{
    private const int SendBytes = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var task = tasks.GetAsyncEnumerator(httpContext.RequestAborted);

        // Before anything is sent: what fails here is answered with a problem. What fails later breaks the connection off.
        var more = await task.MoveNextAsync();
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await httpContext.Response.StartAsync(httpContext.RequestAborted);
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        json.WriteStartObject();
        foreach (var property in JsonSerializer.SerializeToElement(job, ApiJson.Default.JobDetail).EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteStartArray("tasks");
        for (; more; more = await task.MoveNextAsync())
        {
            JsonSerializer.Serialize(json, task.Current, ApiJson.Default.TaskDetail);
            if (json.BytesPending >= SendBytes)
            {
                await SendAsync(json, httpContext);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await SendAsync(json, httpContext);
    }

    private static async Task SendAsync(Utf8JsonWriter json, HttpContext context)
    {
        await json.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
