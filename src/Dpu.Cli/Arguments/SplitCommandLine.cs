namespace Dpu.Cli.Arguments;

/// <summary>
/// A command line in two parts: what is for us, and what is passed on untouched. Recipes have options of their own, such as
/// <c>-C</c>, <c>-i WFI</c> or <c>-tpl x</c>, whose names and values no parser of ours may interpret.
/// </summary>
/// <param name="Own">The tokens for our parser.</param>
/// <param name="PassedOn">The tokens of the recipe or the command, in order, as they were typed.</param>
internal sealed record SplitCommandLine(IReadOnlyList<string> Own, IReadOnlyList<string> PassedOn)
{
    private static readonly HashSet<string> Flags = ["--wait", "--dry-run", "--json", "--help", "-?"];
    private static readonly HashSet<string> Valued = ["--dpu", "--dpu-time", "--dpu-mem", "--version", "--code", "--priority", "--tag", "--after", "--campaign", "--unit", "--request", "--each"];

    /// <summary>
    /// Splits for <c>run</c>, <c>exec</c> and <c>awe</c>; other commands keep everything. For <c>run</c>, options of ours are found before and
    /// behind the sequence, up to a <c>--</c>; for <c>exec</c>, the command begins behind the <c>--</c>; for <c>awe</c>, with the first word that is not ours.
    /// </summary>
    public static SplitCommandLine Of(IReadOnlyList<string> tokens)
    {
        var at = IndexOfCommand(tokens);
        return at < 0 ? new(tokens, []) : tokens[at] switch
        {
            "run" => Run(tokens, at + 1),
            "exec" => Exec(tokens),
            "awe" => Awe(tokens, at + 1),
            _ => new([.. tokens.SelectMany(Definition)], []),
        };
    }

    private static int IndexOfCommand(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] == "--dpu")
            {
                i++;
            }
            else if (!tokens[i].StartsWith('-'))
            {
                return i;
            }
        }

        return -1;
    }

    private static SplitCommandLine Run(IReadOnlyList<string> tokens, int start)
    {
        var own = tokens.Take(start).ToList();
        var passedOn = new List<string>();
        string? sequence = null;
        for (var i = start; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token == "--")
            {
                var rest = tokens.Skip(i + 1);
                if (sequence is null)
                {
                    sequence = rest.FirstOrDefault();
                    rest = rest.Skip(1);
                }

                passedOn.AddRange(rest);
                break;
            }

            if (Flags.Contains(token) || IsJoined(token) || (sequence is null && token == "-h"))
            {
                own.Add(token);
            }
            else if (Valued.Contains(token))
            {
                // Joined, so that a value that looks like an option stays a value.
                own.Add(i + 1 < tokens.Count ? $"{token}={tokens[++i]}" : token);
            }
            else if (sequence is null)
            {
                sequence = token.StartsWith('-')
                    ? throw new UsageException($"'{token}' stands before the sequence. Write: dpu run SEQUENCE {token} …")
                    : token;
            }
            else
            {
                passedOn.Add(token);
            }
        }

        return new(sequence is null ? own : [.. own, "--", sequence], passedOn);
    }

    private static SplitCommandLine Exec(IReadOnlyList<string> tokens)
    {
        var end = tokens.ToList().IndexOf("--");
        return end < 0 ? new(tokens, []) : new([.. tokens.Take(end)], [.. tokens.Skip(end + 1)]);
    }

    private static SplitCommandLine Awe(IReadOnlyList<string> tokens, int start)
    {
        var at = start;
        while (at < tokens.Count && (tokens[at] is "--dpu" or "--help" or "-h" or "-?" || tokens[at].StartsWith("--dpu=", StringComparison.Ordinal)))
        {
            at += tokens[at] == "--dpu" ? 2 : 1;
        }

        return new([.. tokens.Take(at)], [.. tokens.Skip(at < tokens.Count && tokens[at] == "--" ? at + 1 : at)]);
    }

    /// <summary><c>-Dkey=value</c> is how users of Java and make write it.</summary>
    private static string[] Definition(string token) =>
        token.Length > 2 && token.StartsWith("-D", StringComparison.Ordinal) && token.Contains('=', StringComparison.Ordinal) ? ["-D", token[2..]] : [token];

    private static bool IsJoined(string token)
    {
        var equals = token.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Valued.Contains(token[..equals]);
    }
}
