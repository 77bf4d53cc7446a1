using System.Text;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class EventStreamTests
{
    [Fact]
    public async Task A_quiet_stream_is_kept_alive_by_comments()
    {
        var time = new HandTimer();
        var (context, body) = Context();
        await using (var stream = await EventStream.OpenAsync(context, time, CancellationToken.None))
        {
            await stream.SendAsync("status", "{}");
            time.Fire();
            time.Fire();
        }

        Text(body).ShouldBe("event: status\ndata: {}\n\n: keep-alive\n\n: keep-alive\n\n");
        time.Interval.ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Nothing_is_written_once_the_stream_is_closed()
    {
        var time = new HandTimer();
        var (context, body) = Context();
        await (await EventStream.OpenAsync(context, time, CancellationToken.None)).DisposeAsync();
        time.Fire();
        Text(body).ShouldBe("");
    }

    [Fact]
    public async Task A_comment_that_is_on_its_way_is_waited_for_before_the_response_is_somebody_elses()
    {
        var time = new HandTimer();
        var body = new SlowStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        var stream = await EventStream.OpenAsync(context, time, CancellationToken.None);
        time.Fire();
        var closing = stream.DisposeAsync().AsTask();
        closing.IsCompleted.ShouldBeFalse();
        body.Release();
        await closing.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_client_that_has_gone_ends_the_stream()
    {
        var time = new HandTimer();
        var context = new DefaultHttpContext { Response = { Body = new BrokenStream() } };
        await using var stream = await EventStream.OpenAsync(context, time, CancellationToken.None);
        stream.Ended.IsCancellationRequested.ShouldBeFalse();
        time.Fire();
        stream.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_stopping_service_ends_the_stream()
    {
        using var stopping = new CancellationTokenSource();
        await using var stream = await EventStream.OpenAsync(Context().Context, new HandTimer(), stopping.Token);
        await stopping.CancelAsync();
        stream.Ended.IsCancellationRequested.ShouldBeTrue();
        await Should.ThrowAsync<OperationCanceledException>(() => stream.SendAsync("status", "{}"));
    }

    private static (DefaultHttpContext Context, MemoryStream Body) Context()
    {
        var body = new MemoryStream();
        return (new DefaultHttpContext { Response = { Body = body } }, body);
    }

    private static string Text(MemoryStream body) => Encoding.UTF8.GetString(body.ToArray());

    /// <summary>A clock whose timer fires when it is told to.</summary>
    private sealed class HandTimer : TimeProvider, ITimer
    {
        private TimerCallback? _callback;

        public TimeSpan Interval { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, Interval) = (callback, period);
            return this;
        }

        public void Fire() => _callback?.Invoke(null);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => _callback = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _released = new();

        public void Release() => _released.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await _released.Task;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("The pipe is broken."));
    }
}
