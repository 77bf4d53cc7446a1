using System.CommandLine;
using System.Text.Json;
using Dpu.Cli.Arguments;
using Dpu.Hocon;
using Dpu.Service;

namespace Dpu.Cli.Commands;

internal sealed class ConfigCommand : DpuCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "This HOCON file alone, whatever its keys; without one, the effective configuration", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _origins = new("--origins") { Description = "Each value with the file and line that it comes from" };
    private readonly Option<bool> _json = JsonOption("The answer is JSON in any case");
    private readonly HostingOptions _hosting = new();

    public ConfigCommand()
        : base(
            "config",
            "The effective configuration as JSON, or one HOCON file resolved: a checker for whoever writes recipes",
            "dpu config | jq .dpu.http",
            "dpu config --origins -D dpu.node.cpus=2",
            "dpu config my-recipes.conf")
    {
        Add(_file);
        Add(_origins);
        Add(_json);
        _hosting.AddTo(this);
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var output = invocation.Context.Out;
        var configuration = Load(invocation);
        output.WriteLine(invocation.Get(_origins) ? Origins(configuration) : HoconJson.ToJson(configuration, indented: true));
        return Task.FromResult(ExitCodes.Done);
    }

    private HoconObject Load(Invocation invocation)
    {
        if (invocation.Get(_file) is not { } file)
        {
            return Effective(_hosting.Read(invocation));
        }

        if (_hosting.AnyGiven(invocation))
        {
            throw new UsageException("A FILE is shown alone: leave --config, -D, --data, --port and --role out.");
        }

        return HoconConfig.Load([HoconSource.File(file)], new HoconOptions { Environment = invocation.Context.Variable });
    }

    private static HoconObject Effective(ServeRequest request)
    {
        try
        {
            return EffectiveConfiguration.Load(request);
        }
        catch (StartupException e)
        {
            throw new ServiceFailedException(e.Message, e.ExitCode);
        }
    }

    /// <summary>One entry per value: its path, the value, and where it was written (<c>file</c> alone for what has no lines).</summary>
    private static string Origins(HoconObject configuration)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var entry in HoconEntries.Of(configuration))
            {
                json.WriteStartObject();
                json.WriteString("path", entry.Path.ToString());
                json.WritePropertyName("value");
                json.WriteRawValue(HoconJson.ToJson(entry.Value));
                json.WriteString("file", entry.AssignedAt.File);
                json.WriteNumber("line", entry.AssignedAt.Line);
                json.WriteString("origin", entry.AssignedAt.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
