using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Reads a request's JSON, or says what is wrong with it.</summary>
internal static class RequestBody
{
    public static async Task<(T? Value, IResult? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return value is null ? (null, Bad("the body is null")) : (value, null);
        }
        catch (JsonException error)
        {
            return (null, Bad(error.Message));
        }
        catch (BadHttpRequestException error)
        {
            return (null, ProblemResult.Because(error.StatusCode, "bad-request", error.Message));
        }
    }

    private static ProblemResult Bad(string why) => ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-json", $"The request is no JSON of the right form: {why}");
}
