using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Membership;

internal static partial class MembershipLog
{
    [LoggerMessage(1201, LogLevel.Information, "{By} made the join key {Key}, good until {ExpiresAt}.")]
    public static partial void KeyCreated(ILogger logger, string key, string by, DateTimeOffset expiresAt);

    [LoggerMessage(1202, LogLevel.Information, "{By} revoked the join key {Key}.")]
    public static partial void KeyRevoked(ILogger logger, string key, string by);

    [LoggerMessage(1203, LogLevel.Information, "{By} revoked the identity of node {Node}: its link is cut.")]
    public static partial void IdentityRevoked(ILogger logger, string node, string by);

    [LoggerMessage(1204, LogLevel.Information, "Node {Node} joined with key {Key}.")]
    public static partial void NodeJoined(ILogger logger, string node, string key);

    [LoggerMessage(1205, LogLevel.Information, "{By} drains node {Node}: it is given nothing more.")]
    public static partial void NodeDrained(ILogger logger, string node, string by);

    [LoggerMessage(1206, LogLevel.Information, "{By} resumed node {Node}.")]
    public static partial void NodeResumed(ILogger logger, string node, string by);

    [LoggerMessage(1207, LogLevel.Information, "Node {Node} left for good.")]
    public static partial void NodeLeft(ILogger logger, string node);
}
