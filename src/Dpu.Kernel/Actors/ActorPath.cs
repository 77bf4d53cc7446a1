namespace Dpu.Kernel;

/// <summary>Where an actor hangs in its system's tree: <c>/user/jobs/7</c>. Two paths are equal when their text is.</summary>
public readonly record struct ActorPath(string Value)
{
    /// <summary>The last element: the name that the parent gave.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The path of a child of this one; <paramref name="name"/> is a plain element, without a slash.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds other characters than letters, digits and <c>-_.:+=@$~</c>.</exception>
    public ActorPath Child(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"-_.:+=@$~".Contains(c, StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' is not an actor's name: '{c}' is neither a letter, a digit nor one of -_.:+=@$~.", nameof(name));
            }
        }

        return new ActorPath($"{Value}/{name}");
    }

    public override string ToString() => Value;
}
