namespace Dpu.Client.Contracts;

/// <summary>Why a request was refused: RFC 9457, <c>application/problem+json</c>, with a code that programs may rely on.</summary>
/// <param name="Title">A short name of the kind of refusal.</param>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Detail">One sentence for people, about this case.</param>
/// <param name="Code">Stable, lower case: <c>unknown-recipe</c>, <c>running</c>, <c>unavailable</c> …</param>
/// <param name="Errors">Each thing that is wrong; may be empty.</param>
public sealed record Problem(
    string Title,
    int Status,
    string? Detail = null,
    string? Code = null,
    IReadOnlyList<ProblemItem>? Errors = null)
{
    public const string ContentType = "application/problem+json";
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Option">The option that it is about, if it is about one.</param>
/// <param name="Suggestion">The nearest thing that would have been right, if there is one.</param>
public sealed record ProblemItem(string Code, string Message, string? Option = null, string? Suggestion = null);
