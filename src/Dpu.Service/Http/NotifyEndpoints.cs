using System.Collections.Immutable;
using System.Security.Cryptography;
using Dpu.Actors.Notifications;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Dpu.Kernel;
using Dpu.Service.Notifications;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>How the caller is told that jobs of his have ended.</summary>
internal sealed class NotifyEndpoints(ApiServices services)
{
    private const int KeyIdBytes = 8;

    public IResult Show(HttpContext context) => Answer(RequestGuard.RequireUser(context), services.Notifications.Board.State, withSecret: false);

    public async Task<IResult> ChangeAsync(HttpContext context)
    {
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.NotifyRequest, static _ => null);
        if (asked is null)
        {
            return bad!;
        }

        var user = RequestGuard.RequireUser(context);
        if (WhyNot(asked) is { } no)
        {
            return no;
        }

        var before = services.Notifications.Board.State.SettingsOf(user);
        var settings = new NotifySettings(
            asked.Mail is null ? before.Mail : asked.Mail.Length == 0 ? null : asked.Mail,
            asked.Webhook is null ? before.Webhook : asked.Webhook.Length == 0 ? null : new WebhookTarget(asked.Webhook, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyIdBytes))),
            asked.When is null ? before.When : NotifyNames.WhenOf(asked.When)!.Value);
        try
        {
            var state = await services.Notifications.Actor.AskAsync<NotifierMessage, NotificationState>(
                services.System, replyTo => new NotifierMessage.Change(user, settings, replyTo), services.Options.Http.AnswerTimeout, context.RequestAborted);
            return Answer(user, state, withSecret: asked.Webhook is { Length: > 0 });
        }
        catch (AskTimeoutException)
        {
            return ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", "The DPU did not answer in time. What was asked may have been done; 'dpu notify' tells.");
        }
    }

    /// <summary>At once, and with what came of it: whoever sets something up wants to know why it does not arrive.</summary>
    public async Task<IResult> TestAsync(HttpContext context)
    {
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.NotifyTestRequest, static asked => asked.Way is null ? "'way' is missing" : null);
        if (asked is null)
        {
            return bad!;
        }

        var user = RequestGuard.RequireUser(context);
        var settings = services.Notifications.Board.State.SettingsOf(user);
        if (NotifyNames.WayOf(asked.Way) is not { } way)
        {
            return UnknownWay(asked.Way);
        }

        if (!settings.Has(way))
        {
            return NotSet(way);
        }

        var now = services.System.Time.GetUtcNow();
        try
        {
            await services.Notifications.Sender.TestAsync(way, new EndedJob(default, "test", user, JobStatus.Finished, default, now, null, now), settings, context.RequestAborted);
            return Answer(user, services.Notifications.Board.State, withSecret: false);
        }
        catch (NotificationException error)
        {
            return ProblemResult.Because(StatusCodes.Status502BadGateway, "not-delivered", $"It could not be delivered: {error.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>What a submission says of notifications; or why not.</summary>
    public static (ImmutableArray<NotifyWay>? Ways, ProblemResult? Refusal) Read(ApiServices services, string user, IReadOnlyList<string>? asked)
    {
        if (asked is null)
        {
            return (null, null);
        }

        var settings = services.Notifications.Board.State.SettingsOf(user);
        var ways = ImmutableArray.CreateBuilder<NotifyWay>();
        foreach (var text in asked.Distinct(StringComparer.Ordinal))
        {
            if (NotifyNames.WayOf(text) is not { } way)
            {
                return (null, UnknownWay(text));
            }

            if (!settings.Has(way))
            {
                return (null, NotSet(way));
            }

            ways.Add(way);
        }

        return (ways.ToImmutable(), null);
    }

    private ProblemResult? WhyNot(NotifyRequest asked)
    {
        var options = services.Options.Notify;
        return asked.Mail is { Length: > 0 } mail && MailRules.WhyNot(mail, options) is { } notMail ? Bad("bad-address", notMail)
            : asked.Webhook is { Length: > 0 } webhook && WebhookRules.WhyNot(webhook, options.WebhookOrigins) is { } notThere ? Bad("bad-webhook", notThere)
            : asked.When is { } when && NotifyNames.WhenOf(when) is null ? Bad("bad-when", $"There is no '{when}': jobs are told when asked, failed or always.")
            : null;
    }

    private IResult Answer(string user, NotificationState state, bool withSecret)
    {
        var (settings, options) = (state.SettingsOf(user), services.Options.Notify);
        string[] offered = [.. options.Smtp is null ? [] : new[] { NotifyNames.TextOf(NotifyWay.Mail) }, .. options.WebhookOrigins.IsEmpty ? [] : new[] { NotifyNames.TextOf(NotifyWay.Webhook) }];
        return Endpoints.Json(
            new NotifyInfo(settings.Mail, settings.Webhook?.Url, NotifyNames.TextOf(settings.When), offered, options.WebhookOrigins, state.Pending.Values.Count(pending => pending.Job.User == user))
            {
                WebhookSecret = withSecret && settings.Webhook is { } target ? services.Notifications.Keys.SecretOf(user, target.KeyId) : null,
            },
            ApiJson.Default.NotifyInfo);
    }

    private static ProblemResult UnknownWay(string? text) => Bad("bad-notify", $"There is no way '{text}' to be told: mail and webhook are the ones.");

    private static ProblemResult NotSet(NotifyWay way) =>
        Bad("no-address", $"You have given no address for {NotifyNames.TextOf(way)}: 'dpu notify --{NotifyNames.TextOf(way)} {(way == NotifyWay.Mail ? "ADDRESS" : "URL")}' does.");

    private static ProblemResult Bad(string code, string detail) => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, code, detail);
}
