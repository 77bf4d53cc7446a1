using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Reading;

/// <summary>The paths that a program asked for: those it knows. What else stands in the configuration is a mistake.</summary>
internal sealed class UsedKeys
{
    private readonly Dictionary<string, HoconPath> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);

    /// <summary>A path was asked for; its children are known only when they are asked for too.</summary>
    public void Ask(HoconPath path) => _asked[path.ToString()] = path;

    /// <summary>A value was taken as a whole, with all that is in it.</summary>
    public void TakeWhole(HoconPath path)
    {
        Ask(path);
        _whole.Add(path.ToString());
    }

    /// <summary>Fields under <paramref name="at"/> that nobody asked for, with their full paths, in document order.</summary>
    public IEnumerable<(HoconPath Path, HoconField Field)> Unknown(HoconObject value, HoconPath at)
    {
        foreach (HoconField field in value.Fields)
        {
            HoconPath path = at.Append(field.Key);
            if (_whole.Contains(path.ToString()))
            {
                continue;
            }

            if (field.Value is HoconObject { Count: > 0 } inner)
            {
                foreach ((HoconPath, HoconField) unknown in Unknown(inner, path))
                {
                    yield return unknown;
                }
            }
            else if (!_asked.ContainsKey(path.ToString()))
            {
                yield return (path, field);
            }
        }
    }

    /// <summary>What the message about an unknown path advises.</summary>
    public string Advice(HoconPath unknown)
    {
        if (Nearest(unknown) is { } near)
        {
            return $"did you mean {near}?";
        }

        string[] siblings = [.. _asked.Values.Where(path => IsSibling(path, unknown)).Select(path => path.Elements[^1]).Order(StringComparer.Ordinal)];
        return siblings.Length == 0 ? "remove it" : "known here: " + Excerpt.Of(string.Join(", ", siblings));
    }

    private HoconPath? Nearest(HoconPath unknown)
    {
        HoconPath? nearest = null;
        int best = int.MaxValue;
        foreach (HoconPath path in _asked.Values)
        {
            if (Distance(unknown, path) is { } distance && distance < best)
            {
                (nearest, best) = (path, distance);
            }
        }

        return nearest ?? OnlyOneNamed(unknown.Elements[^1]);
    }

    /// <summary>A key that stands in the wrong section.</summary>
    private HoconPath? OnlyOneNamed(string key)
    {
        HoconPath[] same = [.. _asked.Values.Where(path => path.Elements[^1] == key).Take(2)];
        return same.Length == 1 ? same[0] : null;
    }

    /// <summary>Edits between two paths of the same length whose keys are alike one by one.</summary>
    private static int? Distance(HoconPath unknown, HoconPath known)
    {
        if (unknown.Elements.Count != known.Elements.Count)
        {
            return null;
        }

        int sum = 0;
        for (int i = 0; i < unknown.Elements.Count; i++)
        {
            if (NearestName.Distance(unknown.Elements[i], known.Elements[i]) is not { } distance)
            {
                return null;
            }

            sum += distance;
        }

        return sum;
    }

    private static bool IsSibling(HoconPath path, HoconPath other) =>
        path.Elements.Count == other.Elements.Count && path.Elements.SkipLast(1).SequenceEqual(other.Elements.SkipLast(1));
}
