using Dpu.Client.Contracts;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of notifications say of themselves.</summary>
internal static class NotifyRoutes
{
    private const string Part = "notifications";

    public static void Show(RouteDescription route) => route
        .Is("getNotify", Part, "How one is told that jobs of one's own have ended")
        .Answer<NotifyInfo>("The addresses, and of which jobs.");

    public static void Change(RouteDescription route) => route
        .Is("setNotify", Part, "Changes how one is told that jobs of one's own have ended", "The secret that signs requests to a webhook is told when its address is set.")
        .Takes<NotifyRequest>("What changes.", """{"mail":"jane@example.org","when":"failed"}""")
        .Answer<NotifyInfo>("What holds then.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-address", "bad-webhook", "bad-when")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Test(RouteDescription route) => route
        .Is("testNotify", Part, "Sends something at once, to see whether it arrives")
        .Takes<NotifyTestRequest>("By which way.", """{"way":"mail"}""", "way")
        .Answer<NotifyInfo>("It was taken; whether it arrives is to be seen.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-notify", "no-address")
        .Refuses(StatusCodes.Status502BadGateway, "not-delivered");
}
