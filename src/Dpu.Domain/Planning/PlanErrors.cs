using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Collects errors of a plan. Of a thousand groups that lack the same input only the first few are told one by one.</summary>
internal sealed class PlanErrors
{
    private const int SameKindMax = 8;

    private readonly List<(string Kind, SubmissionError Error)> _told = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public bool Any => _told.Count > 0;

    /// <param name="kind">Errors of one kind differ only in the group or the file that they name.</param>
    /// <param name="code">One of <see cref="SubmissionErrors"/>.</param>
    /// <param name="message">One sentence.</param>
    public void Add(string kind, string code, string message) => Add(kind, new SubmissionError(code, message));

    public void Add(string kind, SubmissionError error)
    {
        var count = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (count <= SameKindMax)
        {
            _told.Add((kind, error));
        }
    }

    public ImmutableArray<SubmissionError> ToImmutable() =>
        [.. _told.GroupBy(item => item.Kind, StringComparer.Ordinal).SelectMany(group => Told(group.Key, [.. group.Select(item => item.Error)]))];

    private ImmutableArray<SubmissionError> Told(string kind, ImmutableArray<SubmissionError> errors)
    {
        var left = _counts[kind] - errors.Length;
        var more = string.Create(CultureInfo.InvariantCulture, $"… and {left} more of this kind.");
        return left == 0 ? errors : errors.Add(new SubmissionError(errors[0].Code, more));
    }
}
