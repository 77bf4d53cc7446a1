using System.Globalization;

namespace Dpu.Keeper;

/// <summary>What the keeper's command line says.</summary>
/// <param name="DataDirectory">The data directory whose keeper it is.</param>
/// <param name="IdleTime">How long it stays when there is no service and nothing to keep.</param>
/// <param name="UnacknowledgedBytesMax">How much of its reports it keeps in memory; the rest goes to the spool.</param>
/// <param name="SpoolBytesMax">How much the spool may hold before output is left out; starts and ends never are.</param>
internal sealed record KeeperOptions(string DataDirectory, TimeSpan IdleTime, long UnacknowledgedBytesMax, long SpoolBytesMax)
{
    public const string Usage = "usage: keeper --data DIRECTORY [--idle-seconds N] [--unacknowledged-bytes N] [--spool-bytes N]";

    /// <summary>The options, or a sentence that says what is wrong with them.</summary>
    public static (KeeperOptions? Options, string? Error) Parse(IReadOnlyList<string> arguments)
    {
        var options = new KeeperOptions("", TimeSpan.FromSeconds(30), 8 << 20, 16L << 30);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
            {
                return (null, $"'{arguments[i]}' has no value");
            }

            var value = arguments[i + 1];
            var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (arguments[i])
            {
                case "--data":
                    options = options with { DataDirectory = value };
                    break;
                case "--idle-seconds" when isNumber && number <= int.MaxValue / 1000:
                    options = options with { IdleTime = TimeSpan.FromSeconds(number) };
                    break;
                case "--unacknowledged-bytes" when isNumber:
                    options = options with { UnacknowledgedBytesMax = number };
                    break;
                case "--spool-bytes" when isNumber:
                    options = options with { SpoolBytesMax = number };
                    break;
                case "--idle-seconds" or "--unacknowledged-bytes" or "--spool-bytes":
                    return (null, $"'{value}' is no value for {arguments[i]}");
                default:
                    return (null, $"there is no option '{arguments[i]}'");
            }
        }

        return options.DataDirectory.Length > 0 ? (options, null) : (null, "--data is missing");
    }
}
