using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Dpu.Fuzzing;

/// <summary>
/// Feeds what reads foreign bytes with changed valid examples. A run is its seed; <c>DPU_FUZZ_SECONDS</c> makes it longer than the few rounds of every build, <c>DPU_FUZZ_SEED</c>
/// another one. Compiled into each test project that uses it.
/// </summary>
internal static class Mutation
{
    private const long BytesMax = 512L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[][] Wicked =
    [
        [0], [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], "\r\n"u8.ToArray(), "\n"u8.ToArray(), "\""u8.ToArray(), "'"u8.ToArray(), "\\u0000"u8.ToArray(), "\\"u8.ToArray(),
        "${a}"u8.ToArray(), "${?a}"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), "-1"u8.ToArray(), "99999999999999999999"u8.ToArray(), "1e999"u8.ToArray(), "NaN"u8.ToArray(), "null"u8.ToArray(), "..//../"u8.ToArray(),
        "\u202e\ud83d\udc80"u8.ToArray(), "include \"a\""u8.ToArray(), Encoding.ASCII.GetBytes(new string('[', 300)), Encoding.ASCII.GetBytes(new string('a', 5000)),
    ];

    /// <summary>The seed of this run.</summary>
    public static int Seed { get; } = Number("DPU_FUZZ_SEED") ?? 1;

    /// <summary>How long a run lasts; zero for its usual number of rounds.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromSeconds(Number("DPU_FUZZ_SECONDS") ?? 0);

    /// <summary>Whether a run goes on.</summary>
    public static bool GoesOn(int round, int usual, Stopwatch since) => Length == TimeSpan.Zero ? round < usual : since.Elapsed < Length;

    /// <summary>A few changes to <paramref name="valid"/>: bits, bytes, pieces that are cut, doubled, moved, or replaced by wicked ones.</summary>
    public static byte[] Of(byte[] valid, Random random)
    {
        var bytes = new List<byte>(valid);
        for (var changes = 1 + random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, 1 + random.Next(random.Next(8) == 0 ? 4096 : 8));
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, Wicked[random.Next(Wicked.Length)]);
                    break;
                default:
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(at, Wicked[random.Next(Wicked.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Reads changed examples, which must be good as they are, and expects that each is read or refused as <paramref name="isDeclared"/> says, in bounded time and memory.</summary>
    /// <exception cref="InvalidOperationException">One was not; the message has the seed and the bytes.</exception>
    public static void Run(IReadOnlyList<byte[]> valid, int rounds, Action<byte[]> read, Func<Exception, bool> isDeclared)
    {
        foreach (var example in valid)
        {
            // What is refused as it stands would not meet much of the reader when it is changed.
            read(example);
        }

        var random = new Random(Seed);
        var since = Stopwatch.StartNew();
        for (var round = 0; GoesOn(round, rounds, since); round++)
        {
            var bytes = Of(valid[random.Next(valid.Count)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var one = Stopwatch.StartNew();
            string? flaw = null;
            Exception? thrown = null;
            try
            {
                read(bytes);
            }
            catch (Exception error) when (isDeclared(error))
            {
                // Refused as it should be.
            }
            catch (Exception error)
            {
                (flaw, thrown) = ($"threw {error.GetType().Name}: {error.Message}", error);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            flaw ??= allocated > BytesMax ? $"took {allocated >> 20} MiB" : one.Elapsed > Patience ? $"took {one.Elapsed}" : null;
            if (flaw is not null)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Round {round} of seed {Seed}: {bytes.Length} bytes: {flaw}\n{Convert.ToBase64String(bytes)}"), thrown);
            }
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
