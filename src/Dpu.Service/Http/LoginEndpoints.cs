using System.Globalization;
using Dpu.Actors.Users;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Where a user comes in, goes out, and asks who he is.</summary>
internal sealed class LoginEndpoints(ApiServices services, UserQuestions questions)
{
    private const long BodyMaxBytes = 16 * 1024;

    /// <summary>
    /// A password becomes a token. Whoever is refused does not learn whether there is such a user, neither by words nor by the time that it takes.
    /// </summary>
    public async Task<IResult> LogInAsync(HttpContext context)
    {
        RequestBody.SetMaxBytes(context, BodyMaxBytes);
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.LoginRequest, FlawOf);
        if (asked is null)
        {
            return bad!;
        }

        var (user, refusal) = await CheckAsync(context, asked.User!, asked.Password!);
        return user is null ? refusal! : await GiveTokenAsync(context, asked, user);
    }

    /// <summary>The token that is shown is of no use any more.</summary>
    public async Task<IResult> LogOutAsync(HttpContext context) => RequestGuard.TokenOf(context) is { } token
        ? await questions.AnswerAsync(
            new UserCommand.RevokeToken(token.TokenId, token.Caller),
            state => Endpoints.Json(TokenText.Info(state.Tokens[token.TokenId], services), ApiJson.Default.KeyInfo),
            context.RequestAborted)
        : ProblemResult.Because(StatusCodes.Status409Conflict, "no-login", "Nobody logged in for this: it is asked with the token of the service itself, which ends with it.");

    public static IResult WhoAmI(HttpContext context)
    {
        var (caller, usual, token) = (RequestGuard.CallerOf(context), RequestGuard.UsualContextOf(context), RequestGuard.TokenOf(context));
        return Endpoints.Json(
            new WhoAmI(caller.Name, Rights.TextOf(caller.Type), [.. caller.Projects], usual.Project, UserText.TextOf(usual.Privileges), token?.TokenId, token?.ExpiresAt),
            ApiJson.Default.WhoAmI);
    }

    /// <summary>The user whose password this is, or the answer.</summary>
    public async Task<(KnownUser? User, IResult? Refusal)> CheckAsync(HttpContext context, string name, string password)
    {
        var (users, from) = (services.Users, context.Connection.RemoteIpAddress);
        if (users.Tries.Begin(name, from) is var wait && wait > TimeSpan.Zero)
        {
            return (null, new WaitResult("too-many-tries", $"Too many wrong passwords: try again in {TokenText.Duration(wait)}. Tokens go on to work.", wait));
        }

        var user = users.Directory.Find(name);
        var hash = Passwords.IsPossible(password) ? user?.PasswordHash : null;
        switch (await users.Passwords.VerifyAsync(password, hash, CancellationToken.None))
        {
            case null:
                users.Tries.NotTried(name, from);
                return (null, new WaitResult("busy", "Too many log in just now: try again in a moment.", TimeSpan.FromSeconds(2)));
            case false:
                return (null, Wrong(user, name));
            default:
                users.Tries.Right(name, from);
                return user!.DisabledAt is { } disabled
                    ? (null, ProblemResult.Because(StatusCodes.Status403Forbidden, "user-disabled", TokenText.Disabled(user.Name, disabled)))
                    : (user, null);
        }
    }

    private RefusedResult Wrong(KnownUser? user, string name)
    {
        if (services.Users.Tries.Wrong(name) is { } tries && user is not null)
        {
            services.Users.Actor.Tell(new UsersMessage.Note(new UserCommand.Lock(user.Name, tries)));
        }

        // People type their password where their name belongs: only names that are known may stand in a log.
        return new RefusedResult(
            ProblemResult.Because(StatusCodes.Status401Unauthorized, "wrong-password", "The name or the password is wrong."),
            user is null ? "a wrong name or password was given" : $"a wrong password was given for '{user.Name}'");
    }

    private async Task<IResult> GiveTokenAsync(HttpContext context, LoginRequest asked, KnownUser user)
    {
        var token = UserToken.Create(null);
        var expires = TokenText.ExpiryOf(services, asked.ExpiresInSeconds);
        var create = new UserCommand.CreateToken(token.Id, user.Name, token.SecretHash, expires, user.PasswordHash, asked.Note ?? "", user.AsCaller());
        return await questions.AnswerAsync(
            create,
            _ => Endpoints.Json(new LoginAnswer(user.Name, Rights.TextOf(user.Type), token.Id, token.Parameter, expires), ApiJson.Default.LoginAnswer),
            context.RequestAborted);
    }

    private static string? FlawOf(LoginRequest asked) =>
        string.IsNullOrEmpty(asked.User) ? "'user' is missing"
        : string.IsNullOrEmpty(asked.Password) ? "'password' is missing"
        : TokenText.FlawOf(asked.Note, asked.ExpiresInSeconds);
}

/// <summary>A refusal that counts among those who are not let in: a line in the log, and a wait for callers from elsewhere.</summary>
internal sealed class RefusedResult(ProblemResult refusal, string reason) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => RequestGuard.RefusedOf(httpContext).AnswerAsync(httpContext, refusal, reason);
}

/// <summary>Not now: 429 with the time after which it is worth another try.</summary>
internal sealed class WaitResult(string code, string detail, TimeSpan wait) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ProblemResult.Because(StatusCodes.Status429TooManyRequests, code, detail).ExecuteAsync(httpContext);
    }
}
