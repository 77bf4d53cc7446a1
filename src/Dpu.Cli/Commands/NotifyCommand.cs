using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>How one is told that jobs have ended.</summary>
internal sealed class NotifyCommand : DpuCommand
{
    private const string None = "none";
    private readonly Option<string?> _mail = new("--mail") { Description = "The address that mails go to, or none", HelpName = "ADDRESS" };
    private readonly Option<string?> _webhook = new("--webhook") { Description = "Where signed requests go, or none; its secret is printed once", HelpName = "URL" };
    private readonly Option<string?> _when = new("--when") { Description = "Of which jobs you are told unless --notify says otherwise: asked (none), failed, always", HelpName = "WHEN" };
    private readonly Option<string?> _test = new("--test") { Description = "Sends something at once by mail or webhook, to see whether it arrives", HelpName = "WAY" };
    private readonly Option<bool> _json = JsonOption("One JSON object");

    public NotifyCommand()
        : base(
            "notify",
            "How you are told that your jobs have ended, and changes it",
            "dpu notify",
            "dpu notify --mail jane@example.org --when failed",
            "dpu notify --webhook https://hooks.example.org/dpu",
            "dpu notify --test mail",
            "dpu run Reduce -i WFI --notify mail        of this job, whatever holds else")
    {
        foreach (var option in new Option[] { _mail, _webhook, _when, _test, _json })
        {
            Add(option);
        }
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var request = new NotifyRequest(Text(invocation.Get(_mail)), Text(invocation.Get(_webhook)), invocation.Get(_when)?.ToLowerInvariant());
        using var http = context.OpenClient(invocation.Dpu);
        var info = request == new NotifyRequest() ? await http.GetNotifyAsync(CancellationToken.None) : await http.SetNotifyAsync(request, CancellationToken.None);
        if (invocation.Get(_test) is { } way)
        {
            await http.TestNotifyAsync(new NotifyTestRequest(way.ToLowerInvariant()), CancellationToken.None);
            context.Say($"It was sent by {way.ToLowerInvariant()} and taken.");
        }

        if (invocation.Get(_json))
        {
            context.WriteJson(info, ApiJson.Readable.NotifyInfo);
        }
        else
        {
            Write(info, context.Out);
        }

        return ExitCodes.Done;
    }

    /// <summary>Null says nothing, an empty text takes away.</summary>
    private static string? Text(string? typed) => typed == None ? "" : typed is "" ? throw new UsageException("An address is empty; 'none' takes it away.") : typed;

    private static void Write(NotifyInfo info, TextWriter writer)
    {
        writer.WriteLine($"mail     {Visible.Text(info.Mail ?? Missing("mail", info))}");
        writer.WriteLine($"webhook  {Visible.Text(info.Webhook ?? Missing("webhook", info))}");
        if (info.WebhookSecret is { } secret)
        {
            writer.WriteLine($"secret   {secret}");
        }

        writer.WriteLine($"when     {info.When switch { "asked" => "asked for with --notify", "failed" => "a job does not end FINISHED", _ => "any job ends" }}");
        if (info.Pending > 0)
        {
            writer.WriteLine($"pending  {Units.Number(info.Pending)}");
        }
    }

    private static string Missing(string way, NotifyInfo info) => info.Offered.Contains(way, StringComparer.Ordinal)
        ? $"none{(way == "webhook" ? $" (allowed: {string.Join(", ", info.WebhookOrigins)})" : "")}"
        : "not offered by this DPU";
}
