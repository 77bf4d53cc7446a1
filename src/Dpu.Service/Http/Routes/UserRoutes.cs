using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of users say of themselves.</summary>
internal static class UserRoutes
{
    private const string Part = "users";

    public static void LogIn(RouteDescription route) => route
        .Is("logIn", Part, "Trades a name and a password for a token", "Whoever is refused does not learn whether there is such a user. After several wrong passwords the next one has to wait.")
        .Takes<LoginRequest>("Who, and the password.", """{"user":"jane","password":"correct horse battery staple","note":"laptop","expiresInSeconds":86400}""", "user", "password")
        .Answer<LoginAnswer>("The token; its secret is told this once.")
        .Refuses(StatusCodes.Status401Unauthorized, "wrong-password")
        .Refuses(StatusCodes.Status403Forbidden, "user-disabled")
        .Refuses(StatusCodes.Status409Conflict, "too-many-tokens", "password-changed", "key-exists")
        .Refuses(StatusCodes.Status429TooManyRequests, "too-many-tries", "busy")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void OpenPage(RouteDescription route) => route
        .Is("openPage", Part, "Makes an address that logs a browser in, once", "As whoever asks. A user's browser gets a token of its own, which `logout` there ends.")
        .Takes<BrowserSessionRequest>("Nothing.", "{}")
        .Answer<BrowserSession>("Where the browser has to go.", StatusCodes.Status201Created)
        .Refuses(StatusCodes.Status409Conflict, "too-many-tokens", "key-exists")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void LogOut(RouteDescription route) => route
        .Is("logOut", Part, "Revokes the token that this is asked with")
        .Answer<KeyInfo>("The token as it is then.")
        .Refuses(StatusCodes.Status409Conflict, "no-login")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void WhoAmI(RouteDescription route) => route
        .Is("whoAmI", Part, "Who asks, and what he may do")
        .Answer<WhoAmI>("The caller.");

    public static void List(RouteDescription route) => route
        .Is("listUsers", Part, "All users, by name")
        .Needs(Right.Operate)
        .Pages("name")
        .Answer<IReadOnlyList<UserInfo>>("The users.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Show(RouteDescription route) => OfUser(route
        .Is("getUser", Part, "A user")
        .Needs(Right.Operate));

    public static void Add(RouteDescription route) => route
        .Is("addUser", Part, "Makes a user known", "Names are never free again: jobs and files keep theirs.")
        .Needs(Right.Operate)
        .Takes<UserRequest>("Who, and what he may do.", """{"name":"jane","type":"2","projects":["KIDS"],"project":"KIDS","privileges":"project"}""", "name", "type")
        .Answer<UserInfo>("The user.", StatusCodes.Status201Created)
        .Refuses(StatusCodes.Status409Conflict, "user-exists")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-name", "bad-project")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Set(RouteDescription route) => OfUser(route
        .Is("changeUser", Part, "Changes what a user may do and belongs to")
        .Needs(Right.Operate)
        .Takes<UserChange>("What is to be different.", """{"type":"3"}""")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-name", "bad-project"));

    public static void Disable(RouteDescription route) => OfUser(route
        .Is("disableUser", Part, "Nobody is let in as this user any more; his jobs run on")
        .Needs(Right.Operate));

    public static void Enable(RouteDescription route) => OfUser(route
        .Is("enableUser", Part, "Lets a user in again", "Waits after wrong passwords are forgotten, too.")
        .Needs(Right.Operate));

    public static void SetPassword(RouteDescription route) => OfUser(route
        .Is("setPassword", Part, "Gives a user another password", "Operators give it to anybody; others to themselves, and say the one that they have. Tokens that were made for the old one by a login end.")
        .Takes<PasswordRequest>("The new one, and the one that holds.", """{"password":"correct horse battery staple","current":"a password of old"}""", "password")
        .Refuses(StatusCodes.Status401Unauthorized, "wrong-password")
        .Refuses(StatusCodes.Status403Forbidden, "user-disabled")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-password")
        .Refuses(StatusCodes.Status429TooManyRequests, "too-many-tries", "busy"));

    public static void Audit(RouteDescription route) => route
        .Is("listAudit", Part, "Who did what, the newest first", "An operator sees everything; a user what he did, and what was done to what is his.")
        .Query("by", Form.Text(), "Only what this user did.", "jane")
        .Query("thing", Form.Text(), "Only what was done to this.", "job 84820")
        .Pages("before", Form.Whole(1, long.MaxValue), "Those with a smaller `id`.", AuditEndpoint.LimitUsual)
        .Answer<IReadOnlyList<AuditEntry>>("The lines.");

    private static void OfUser(RouteDescription route) => route
        .Path("name", "The user.")
        .Answer<UserInfo>("The user as he is then.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-user")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");
}
