using System.Net;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class RefusedCallersTests
{
    private static readonly IPAddress Remote = IPAddress.Parse("192.0.2.9");

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly Lines _lines = new();
    private readonly RefusedCallers _refused;

    public RefusedCallersTests() => _refused = new RefusedCallers(_lines, _time, address => IPAddress.IsLoopback(address!));

    [Fact]
    public void However_many_are_refused_the_log_gets_a_few_lines_a_minute_and_how_many_there_were()
    {
        for (var i = 0; i < 1000; i++)
        {
            _refused.Log(Remote, "wrong key");
        }

        _lines.Count.ShouldBe(20);
        _lines[0].ShouldBe("Refused 192.0.2.9: wrong key");
        _time.Advance(TimeSpan.FromMinutes(1));
        _refused.Log(Remote, "another");

        _lines.Skip(20).ShouldBe(["980 refusals before this one were not logged.", "Refused 192.0.2.9: another"]);
    }

    [Fact]
    public async Task Loopback_is_answered_at_once_and_another_host_after_a_while()
    {
        (await AnswerAsync(IPAddress.Loopback)).ShouldBe(StatusCodes.Status401Unauthorized);
        var remote = AnswerAsync(Remote);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        remote.IsCompleted.ShouldBeFalse();

        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await remote).ShouldBe(StatusCodes.Status401Unauthorized);
    }

    [Fact]
    public async Task Only_so_many_wait_for_their_answer_the_others_are_cut_off()
    {
        var waiting = Enumerable.Range(0, 100).Select(_ => AnswerAsync(Remote)).ToList();
        waiting.ShouldAllBe(answer => !answer.IsCompleted);

        (await AnswerAsync(Remote)).ShouldBe(Aborted);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await Task.WhenAll(waiting)).ShouldAllBe(status => status == StatusCodes.Status401Unauthorized);
        var next = AnswerAsync(Remote);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBe(StatusCodes.Status401Unauthorized);
    }

    private const int Aborted = -1;

    private async Task<int> AnswerAsync(IPAddress from)
    {
        var lifetime = new Lifetime();
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() }, Connection = { RemoteIpAddress = from } };
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature>(lifetime);
        await _refused.AnswerAsync(context, ProblemResult.Because(StatusCodes.Status401Unauthorized, "wrong-key", "It is wrong."), "wrong key");
        return lifetime.IsAborted ? Aborted : context.Response.StatusCode;
    }

    private sealed class Lifetime : Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }

    private sealed class Lines : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add(formatter(state, exception));
    }
}
