using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Users;

internal static partial class UsersLog
{
    [LoggerMessage(1301, LogLevel.Information, "{By} added the user {User} of type {Type}.")]
    public static partial void Added(ILogger logger, string by, string user, string type);

    [LoggerMessage(1302, LogLevel.Information, "{By} changed the user {User}: type {Type}, {Projects} projects.")]
    public static partial void Changed(ILogger logger, string by, string user, string type, int projects);

    [LoggerMessage(1303, LogLevel.Information, "{By} set the password of {User}.")]
    public static partial void PasswordSet(ILogger logger, string by, string user);

    [LoggerMessage(1304, LogLevel.Information, "{By} disabled the user {User}: his open requests are ended, his jobs run on.")]
    public static partial void Disabled(ILogger logger, string by, string user);

    [LoggerMessage(1305, LogLevel.Information, "{By} enabled the user {User}.")]
    public static partial void Enabled(ILogger logger, string by, string user);

    [LoggerMessage(1306, LogLevel.Information, "{By} made the token {Token} of {User}, good until {ExpiresAt}.")]
    public static partial void TokenCreated(ILogger logger, string by, string token, string user, DateTimeOffset expiresAt);

    [LoggerMessage(1307, LogLevel.Information, "{By} revoked the token {Token} of {User}.")]
    public static partial void TokenRevoked(ILogger logger, string by, string token, string user);

    [LoggerMessage(1308, LogLevel.Warning, "{Tries} wrong passwords were given for {User}: the next ones have to wait.")]
    public static partial void Locked(ILogger logger, int tries, string user);
}
