using System.Text;
using Dpu.Cli;
using Dpu.Service.Tests.Client;

namespace Dpu.Service.Tests.Cli;

/// <summary>One run of the command line against a fake DPU: what it printed and how it ended.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    private static readonly string NoHome = Path.Combine(Path.GetTempPath(), "dpu-no-such-home");

    public static Task<CliRun> Of(FakeDpu dpu, params string[] tokens) => With(dpu, context => context, tokens);

    public static async Task<CliRun> With(FakeDpu dpu, Func<CliContext, CliContext> change, params string[] tokens)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var variables = new Dictionary<string, string> { ["HOME"] = NoHome, ["DPU_NAME"] = FakeDpu.Address.AbsoluteUri };
        var context = change(new CliContext
        {
            Out = output,
            Error = error,
            OpenInput = () => throw new InvalidOperationException("Nothing is to be read from standard input here."),
            Variable = name => variables.GetValueOrDefault(name),
            Time = new ImpatientTime(),
            Transport = () => new Borrowed(dpu),
            Token = _ => "secret",
            CatchInterrupt = () => new Interrupt(),
        });
        var exitCode = await new CommandLine(context).RunAsync(tokens);
        return new(exitCode, output.ToString(), error.ToString());
    }

    public static Func<Stream> Input(string text) => () => new MemoryStream(Encoding.UTF8.GetBytes(text));

    private sealed class Borrowed(FakeDpu dpu) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(dpu, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }
}
