using System.Globalization;

namespace Dpu.System.Tests.Crashes;

/// <summary>What the tasks themselves wrote down: when which attempt was alive, on one clock.</summary>
internal sealed class Evidence
{
    private readonly List<(string Word, int Job, int Task, int Attempt, long Nanoseconds)> _records;

    private Evidence(List<(string, int, int, int, long)> records) => _records = records;

    /// <summary>A task that shows that it is alive ten times a second, and prints a numbered line each time.</summary>
    public static string Script(int beats) => $"""
        #!/bin/sh
        say() {"{"} echo "$1 $DPU_ATTEMPT $(date +%s%N)" >> "$EVIDENCE"; {"}"}
        EVIDENCE=$1
        say start
        i=0
        while [ $i -lt {beats} ]; do
          i=$((i+1))
          echo "line $i of $DPU_ATTEMPT"
          sleep 0.1
          say beat
        done
        say end
        """;

    public static Evidence Read(string path) =>
        new([.. (File.Exists(path) ? File.ReadAllLines(path) : []).Select(line => line.Split(' ')).Select(words =>
        {
            var attempt = words[1].Split('/').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            return (words[0], attempt[0], attempt[1], attempt[2], long.Parse(words[2], CultureInfo.InvariantCulture));
        })]);

    public IReadOnlyDictionary<int, int> StartsByTask() =>
        _records.Where(r => r.Word == "start").GroupBy(r => r.Task).ToDictionary(g => g.Key, g => g.Count());

    public int Count(string word) => _records.Count(r => r.Word == word);

    /// <summary>Pairs of attempts of one task whose lives overlap; and attempts that were started twice.</summary>
    public IReadOnlyList<string> Overlaps()
    {
        var lives = _records.GroupBy(r => (r.Job, r.Task, r.Attempt))
            .Select(g => (g.Key.Job, g.Key.Task, g.Key.Attempt, From: g.Min(r => r.Nanoseconds), To: g.Max(r => r.Nanoseconds), Starts: g.Count(r => r.Word == "start")))
            .ToList();
        return
        [
            .. lives.Where(life => life.Starts > 1).Select(life => $"{life.Job}/{life.Task}/{life.Attempt} was started {life.Starts} times"),
            .. from a in lives
               from b in lives
               where a.Job == b.Job && a.Task == b.Task && a.Attempt < b.Attempt && a.To >= b.From
               select $"{a.Job}/{a.Task}: attempt {a.Attempt} lived when {b.Attempt} began",
        ];
    }
}
