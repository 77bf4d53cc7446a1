using System.Globalization;

namespace Dpu.Client;

/// <summary>Which jobs are asked for; nothing set means the caller's own, newest first.</summary>
public sealed record JobQuery
{
    /// <summary>These jobs, whoever's they are; jobs that do not exist are missing in the answer.</summary>
    public IReadOnlyList<int> Ids { get; init; } = [];

    /// <summary>Everybody's.</summary>
    public bool All { get; init; }

    public string? User { get; init; }

    /// <summary>QUEUED, RUNNING, HELD, FINISHED, FAILED or CANCELLED.</summary>
    public string? Status { get; init; }

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }

    internal string ToQueryString()
    {
        var parts = new List<string>();
        parts.AddRange(Ids.Select(id => string.Create(CultureInfo.InvariantCulture, $"id={id}")));
        if (All)
        {
            parts.Add("all=true");
        }

        Add("user", User);
        Add("status", Status);
        Add("limit", Limit?.ToString(CultureInfo.InvariantCulture));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }
}
