namespace Dpu.Hocon;

/// <summary>Finds the name that was probably meant.</summary>
public static class NearestName
{
    private const int LengthMax = 200;
    private const int PrefixMin = 3;

    /// <summary>
    /// The known name that is most like <paramref name="wanted"/>, or null when none is like it: the fewest letters changed, added,
    /// left out or swapped with their neighbour, regardless of case, up to a third of the letters; else the only name that it begins.
    /// </summary>
    public static string? Find(string wanted, IEnumerable<string> known)
    {
        string[] names = [.. known];
        string? nearest = null;
        int best = int.MaxValue;
        foreach (string name in names)
        {
            if (Distance(wanted, name) is { } distance && distance < best)
            {
                (nearest, best) = (name, distance);
            }
        }

        return nearest ?? OnlyContinuation(wanted, names);
    }

    /// <summary>Edits between two names, or null when they are not alike.</summary>
    internal static int? Distance(string wanted, string name)
    {
        int limit = Math.Max(1, Math.Max(wanted.Length, name.Length) / 3);
        if (wanted.Length > LengthMax || name.Length > LengthMax || Math.Abs(wanted.Length - name.Length) > limit)
        {
            return null;
        }

        int distance = Edits(wanted.ToUpperInvariant(), name.ToUpperInvariant());
        // A name of which every letter is changed is another name, however short.
        return distance <= limit && distance < Math.Max(wanted.Length, name.Length) ? distance : null;
    }

    private static string? OnlyContinuation(string wanted, string[] names)
    {
        if (wanted.Length < PrefixMin)
        {
            return null;
        }

        string[] longer = [.. names.Where(name => name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))];
        return longer.Length == 1 ? longer[0] : null;
    }

    /// <summary>Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.</summary>
    private static int Edits(string a, string b)
    {
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0 ? i + j : Step(a, b, edits, i, j);
            }
        }

        return edits[a.Length, b.Length];
    }

    private static int Step(string a, string b, int[,] edits, int i, int j)
    {
        int change = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        int best = Math.Min(change, 1 + Math.Min(edits[i - 1, j], edits[i, j - 1]));
        bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(best, edits[i - 2, j - 2] + 1) : best;
    }
}
