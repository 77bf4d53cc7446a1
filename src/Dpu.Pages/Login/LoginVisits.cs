using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Login;

/// <summary>In by password or by an address of <c>dpu open</c>, and out again.</summary>
internal sealed class LoginVisits(ISessions sessions)
{
    private const string Note = "browser";
    private const string Queue = "/";

    public static Task<PageAnswer> ShowAsync(Visit visit) => Task.FromResult(Form(null, visit.QueryText("to"), null));

    public async Task<PageAnswer> LogInAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        var (user, to) = (form["user"].ToString(), form["to"].ToString());
        var request = new LoginRequest(user, form["password"].ToString(), Note, ExpiresInSeconds: null);
        var reply = await visit.Api.PostAsync("/login", request, ApiJson.Default.LoginRequest, ApiJson.Default.LoginAnswer);
        if (reply.Value is not { } answer)
        {
            return Form(user, to, reply.Problem?.Detail ?? reply.Problem?.Title, reply.Problem?.Status ?? StatusCodes.Status502BadGateway);
        }

        sessions.Begin(visit.Http, answer.Token, answer.Expires);
        return new PageAnswer.SeeOther(IsOurs(to) ? to : Queue);
    }

    public Task<PageAnswer> OpenAsync(Visit visit) => Task.FromResult<PageAnswer>(sessions.TryBegin(visit.Http, visit.RouteText("code"))
        ? new PageAnswer.SeeOther(Queue)
        : new PageAnswer.Refused(new Problem("This address was used", StatusCodes.Status410Gone, "The address that 'dpu open' prints logs in once, within a few minutes: run 'dpu open' again for another.")));

    public async Task<PageAnswer> LogOutAsync(Visit visit)
    {
        // The token of a user ends with it; who runs the service has none that could.
        await visit.Api.PostAsync("/logout", new ReleaseRequest(), ApiJson.Default.ReleaseRequest, ApiJson.Default.KeyInfo);
        sessions.End(visit.Http);
        return new PageAnswer.SeeOther(Queue);
    }

    private static PageAnswer Form(string? user, string? to, string? refusal, int status = StatusCodes.Status200OK) =>
        PageAnswer.Of<LoginPage>(new LoginModel(user, to, refusal), status);

    /// <summary>A page of ours, not an address that only begins like one.</summary>
    private static bool IsOurs(string to) => to is ['/', ..] and not ['/', '/' or '\\', ..] && !to.Any(char.IsControl);
}
