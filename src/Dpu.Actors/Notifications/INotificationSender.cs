using Dpu.Domain.Notifications;

namespace Dpu.Actors.Notifications;

/// <summary>Brings notifications to where people read them.</summary>
public interface INotificationSender
{
    /// <summary>Completes when whoever takes it has taken it; in bounded time.</summary>
    /// <exception cref="NotificationException">He did not.</exception>
    Task SendAsync(PendingNotification notification, NotifySettings settings, CancellationToken cancellationToken);
}

/// <summary>Somebody could not be told.</summary>
/// <param name="message">Why, in a sentence.</param>
/// <param name="isFinal">Whether another try would end in the same way.</param>
/// <param name="inner">What was behind it.</param>
public sealed class NotificationException(string message, bool isFinal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFinal => isFinal;
}
