using System.Collections.Immutable;
using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Users, for operators; and a user's own password.</summary>
internal sealed class UserEndpoints(ApiServices services, UserQuestions questions, LoginEndpoints logins)
{
    private const int ProjectsMax = 1000;

    public async Task<IResult> ListAsync(HttpContext context) => await questions.GetAsync(context.RequestAborted) is { } state
        ? Paging.Page<UserInfo>(context, [.. state.Users.Values.Select(user => Info(state, user))], static user => user.Name, ApiJson.Default.IReadOnlyListUserInfo)
        : UserQuestions.Unanswered();

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        var name = NameOf(context);
        return await questions.GetAsync(context.RequestAborted) switch
        {
            null => UserQuestions.Unanswered(),
            var state when state.Users.TryGetValue(name, out var user) => Answer(state, user),
            _ => ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-user", $"There is no user '{name}'."),
        };
    }

    public async Task<IResult> AddAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.UserRequest, FlawOf);
        if (asked is null)
        {
            return refusal!;
        }

        var add = new UserCommand.Add(
            asked.Name!,
            Rights.TypeOf(asked.Type)!.Value,
            SetOf(asked.Projects) ?? [],
            new WorkContext(asked.Project ?? WorkContext.CommonProject, UserText.PrivilegesOf(asked.Privileges) ?? WorkContext.Usual.Privileges),
            RequestGuard.CallerOf(context));
        return await questions.AnswerAsync(
            add, state => Endpoints.Json(Info(state, state.Users[asked.Name!]), ApiJson.Default.UserInfo, StatusCodes.Status201Created), context.RequestAborted);
    }

    public async Task<IResult> SetAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.UserChange, FlawOf);
        return asked is null
            ? refusal!
            : await DoAsync(context, (name, by) => new UserCommand.Change(name, Rights.TypeOf(asked.Type), SetOf(asked.Projects), asked.Project, UserText.PrivilegesOf(asked.Privileges), by));
    }

    public Task<IResult> DisableAsync(HttpContext context) => DoAsync(context, static (name, by) => new UserCommand.Disable(name, by));

    public Task<IResult> EnableAsync(HttpContext context)
    {
        services.Users.Tries.Forget(NameOf(context));
        return DoAsync(context, static (name, by) => new UserCommand.Enable(name, by));
    }

    /// <summary>Whoever is no operator says his present password, too: a token that somebody found must not become a password of his choice.</summary>
    public async Task<IResult> SetPasswordAsync(HttpContext context)
    {
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.PasswordRequest, static asked => asked.Password is null ? "'password' is missing" : null);
        if (asked is null)
        {
            return bad!;
        }

        var (name, by) = (NameOf(context), RequestGuard.CallerOf(context));
        if (by.Name != name && RequestGuard.Refusal(context, Right.Operate) is { } refusal)
        {
            return refusal;
        }

        if (Passwords.FlawOf(asked.Password, name) is { } flaw)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-password", flaw);
        }

        if (!by.Has(Right.Operate) && (await logins.CheckAsync(context, name, asked.Current ?? "")) is { Refusal: { } wrong })
        {
            return wrong;
        }

        if (await services.Users.Passwords.HashAsync(asked.Password!, context.RequestAborted) is not { } hash)
        {
            return new WaitResult("busy", "Too many log in just now: try again in a moment.", TimeSpan.FromSeconds(2));
        }

        services.Users.Tries.Forget(name);
        return await DoAsync(context, (_, _) => new UserCommand.SetPassword(name, hash, RequestGuard.TokenOf(context)?.TokenId, by));
    }

    private async Task<IResult> DoAsync(HttpContext context, Func<string, Caller, UserCommand> make)
    {
        var name = NameOf(context);
        return await questions.AnswerAsync(make(name, RequestGuard.CallerOf(context)), state => Answer(state, state.Users[name]), context.RequestAborted);
    }

    private static string NameOf(HttpContext context) => Endpoints.RouteText(context, "name");

    private IResult Answer(UserState state, KnownUser user) => Endpoints.Json(Info(state, user), ApiJson.Default.UserInfo);

    private UserInfo Info(UserState state, KnownUser user) => new(
        user.Name,
        Rights.TextOf(user.Type),
        [.. user.Projects],
        user.Context.Project,
        UserText.TextOf(user.Context.Privileges),
        user.DisabledAt is null,
        user.PasswordHash is not null,
        state.TokensOf(user.Name).Count(token => token.IsUsable(services.System.Time.GetUtcNow())),
        user.AddedAt,
        user.AddedBy,
        services.Users.Tries.WaitOf(user.Name).TotalSeconds);

    private static ImmutableSortedSet<string>? SetOf(IReadOnlyList<string>? projects) => projects is null ? null : [.. projects];

    private static string? FlawOf(UserRequest asked) =>
        asked.Name is null ? "'name' is missing"
        : asked.Type is null ? "'type' is missing"
        : FlawOf(new UserChange(asked.Type, asked.Projects, asked.Project, asked.Privileges));

    private static string? FlawOf(UserChange asked) =>
        asked.Type is not null && Rights.TypeOf(asked.Type) is null ? $"'type' is '{asked.Type}', and should be visitor, 1, 2, 3 or operator"
        : asked.Privileges is not null && UserText.PrivilegesOf(asked.Privileges) is null ? $"'privileges' is '{asked.Privileges}', and should be mydb, project, users or world"
        : asked.Projects is { Count: > ProjectsMax } ? $"'projects' has more than {ProjectsMax}"
        : RequestBody.FlawOf(asked.Projects, "projects");
}
