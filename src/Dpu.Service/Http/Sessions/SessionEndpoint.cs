using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Sessions;

/// <summary>Where a command gets an address that logs a browser in once.</summary>
internal sealed class SessionEndpoint(ApiServices services, UserQuestions questions)
{
    private const string Note = "browser";

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        if (RequestGuard.TokenOf(context) is not { } shown)
        {
            var (owner, until) = services.Sessions.CreateForOwner();
            return Answer(owner, until);
        }

        // A token of its own: the browser can be logged out, or cut off, without the command's.
        var (token, expires) = (UserToken.Create(null), TokenText.ExpiryOf(services, null));
        var create = new UserCommand.CreateToken(token.Id, shown.Caller.Name!, token.SecretHash, expires, null, Note, shown.Caller);
        return await questions.AnswerAsync(create, _ => Answer(token.Parameter, expires), context.RequestAborted);
    }

    private IResult Answer(string token, DateTimeOffset expires) => Endpoints.Json(
        new BrowserSession(services.Sessions.AddressFor(token, expires), services.System.Time.GetUtcNow() + OpenAddresses.Life),
        ApiJson.Default.BrowserSession,
        StatusCodes.Status201Created);
}
