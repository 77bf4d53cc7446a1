using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Dpu.Domain.Users;

namespace Dpu.Domain.Jobs;

/// <summary>The command that submits the same again, from what was asked for. Pure.</summary>
/// <param name="Words">Program and arguments.</param>
/// <param name="Notes">What has to be at hand before it can be typed: sentences.</param>
public sealed record RepeatCommand(ImmutableArray<string> Words, ImmutableArray<string> Notes)
{
    /// <summary>The file that the lines of a job go into.</summary>
    public const string LinesFile = "lines.txt";

    /// <summary>What a mapfile goes into.</summary>
    public const string Mapfile = "hosts.map";

    /// <summary>As it is typed into a shell: no word means anything but itself.</summary>
    public string Text => string.Join(' ', Words.Select(Quoted));

    public static RepeatCommand Of(JobId job, JobSpec spec, JobPlan plan)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plan);
        var notes = ImmutableArray.CreateBuilder<string>();
        if (spec.Code is { } code)
        {
            notes.Add($"It ran with code of {spec.User}'s own (SHA-256 {code.Sha256}): add --code DIR with that code, or it runs the released one.");
        }

        return plan.Steps is [{ Recipe: null, Work: StepWork.Exec exec } step]
            ? new RepeatCommand([.. Exec(job, spec, step, exec, notes)], notes.ToImmutable())
            : new RepeatCommand([.. Run(spec)], notes.ToImmutable());
    }

    private static IEnumerable<string> Run(JobSpec spec) =>
    [
        "dpu", "run",
        .. Option("--dpu-mem", spec.Asked.MemoryBytes is { } memory ? Size(memory) : null),
        .. Option("--version", spec.Version),
        .. Option("--campaign", spec.Campaign?.Name),
        .. Option("--unit", spec.Campaign?.Unit is { Length: > 0 } unit ? unit : null),
        .. Option("--request", spec.Campaign is { Request: > 1 } campaign ? Number(campaign.Request) : null),
        .. Both(spec),
        spec.Sequence,
        .. Recipes(spec.Asked) is { Length: > 0 } asked ? asked.Insert(0, "--") : [],
    ];

    private static IEnumerable<string> Exec(JobId job, JobSpec spec, StepPlan step, StepWork.Exec exec, ImmutableArray<string>.Builder notes)
    {
        var hosts = !step.Rules.Placement.Hosts.IsEmpty;
        if (exec.Lines is { } lines)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"{lines.Count} {(lines.Count == 1 ? "line" : "lines")}");
            notes.Add(hosts
                ? $"{Mapfile} is its mapfile of {what}: the host of each line stands with its task."
                : $"{LinesFile} is its input of {what}: GET /api/v1/jobs/{job}/lines.");
        }

        return
        [
            "dpu", "exec",
            .. Option(hosts ? "--mapfile" : "--each", exec.Lines is null ? null : hosts ? Mapfile : LinesFile),
            .. Option("--cpus", step.Resources.Cpus > 1 ? Number(step.Resources.Cpus) : null),
            .. Option("--mem", step.Resources.MemoryBytes > 0 ? Size(step.Resources.MemoryBytes) : null),
            .. Option("--max-per-node", step.Rules.MaxPerNode is { } most ? Number(most) : null),
            .. Both(spec),
            "--",
            .. exec.Command,
        ];
    }

    /// <summary>Which jobs it waited for is not repeated: they have ended, or it would wait for them a second time.</summary>
    private static IEnumerable<string> Both(JobSpec spec) =>
    [
        .. Option("--priority", spec.Priority != 0 ? Number(spec.Priority) : null),
        .. spec.Tags.SelectMany(tag => Option("--tag", tag)),
        .. Option("--project", spec.Context.Project),
        .. Option("--privileges", PrivilegeNames.TextOf(spec.Context.Privileges)),
    ];

    /// <summary>Options by name become <c>--name=value</c>, which is right for every type: only the first <c>=</c> means anything.</summary>
    private static ImmutableArray<string> Recipes(AskedOptions asked)
    {
        if (asked.Options is null)
        {
            return asked.Arguments;
        }

        using var options = JsonDocument.Parse(asked.Options);
        return [.. options.RootElement.EnumerateObject().SelectMany(option => Values(option.Value).Select(value => $"--{option.Name}={value}"))];
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        _ => [value.GetRawText()],
    };

    private static IEnumerable<string> Option(string name, string? value) => value is null ? [] : [value.StartsWith('-') ? $"{name}={value}" : name, .. value.StartsWith('-') ? [] : new[] { value }];

    private static string Size(long bytes) => bytes % (1L << 20) == 0 ? ByteSize.Option(bytes) : bytes.ToString(CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static letter => char.IsAsciiLetterOrDigit(letter) || "-_=./:,+@%^".Contains(letter, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
