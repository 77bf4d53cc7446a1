using System.Collections.Immutable;

namespace Dpu.Domain.Recipes;

/// <summary>What comes of reading a part of the configuration: the thing itself, or everything that is wrong with it.</summary>
public abstract record Declared<T>
    where T : class
{
    private Declared()
    {
    }

    public sealed record Valid(T Value) : Declared<T>;

    /// <param name="Errors">At least one; each names file, line, column and key.</param>
    public sealed record Invalid(ImmutableArray<string> Errors) : Declared<T>;
}
