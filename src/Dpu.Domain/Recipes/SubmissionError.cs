using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Dpu.Domain.Recipes;

/// <summary>One reason why a submission is refused at the door.</summary>
/// <param name="Code">Stable word for programs, see <see cref="SubmissionErrors"/>.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Option">The option as it was typed or declared, when it is about one.</param>
/// <param name="Suggestion">The nearest thing that would have been accepted.</param>
public sealed record SubmissionError(string Code, string Message, string? Option = null, string? Suggestion = null);

/// <summary>The codes of <see cref="SubmissionError"/>. They are part of the HTTP API: add, never rename.</summary>
public static class SubmissionErrors
{
    public const string BadSequence = "bad-sequence";
    public const string UnknownRecipe = "unknown-recipe";
    public const string CannotChain = "cannot-chain";
    public const string UnknownOption = "unknown-option";
    public const string BadOption = "bad-option";
    public const string OptionTwice = "option-twice";
    public const string OptionMissing = "option-missing";
    public const string NoInputs = "no-inputs";
    public const string InputMissing = "input-missing";
    public const string KeyMissing = "key-missing";
    public const string KeyNotUnique = "key-not-unique";
    public const string BadCommand = "bad-command";
    public const string QueryFailed = "query-failed";
    public const string BadMapfile = "bad-mapfile";
    public const string OptionFixed = "option-fixed";
    public const string UnknownJob = "unknown-job";
    public const string UnknownTag = "unknown-tag";
    public const string NeedsCampaign = "needs-campaign";
    public const string UnknownVersion = "unknown-version";
    public const string UnknownCode = "unknown-code";
    public const string BadRecipes = "bad-recipes";
    public const string UnknownParameter = "unknown-parameter";
}

/// <summary>What comes of checking something that a user asked for: the thing itself, or every reason against it.</summary>
public abstract record Checked<T>
    where T : class
{
    private Checked()
    {
    }

    /// <summary>Splits the two cases: true gives the value, false the errors.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, out ImmutableArray<SubmissionError> errors)
    {
        value = (this as Accepted)?.Value;
        errors = (this as Refused)?.Errors ?? [];
        return value is not null;
    }

    public sealed record Accepted(T Value) : Checked<T>;

    /// <param name="Errors">At least one.</param>
    public sealed record Refused(ImmutableArray<SubmissionError> Errors) : Checked<T>;
}
