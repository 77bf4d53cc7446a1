using System.Runtime.InteropServices;
using System.Text;
using Shouldly;

namespace Dpu.Keeper.Tests;

/// <summary>A gate at which a recipe waits until the test lets it through: <c>read line &lt; gate</c>.</summary>
internal static partial class Fifo
{
    public static void Make(string directory, string name) => MakeFifo(Path.Combine(directory, name), 0x180).ShouldBe(0);

    public static void Write(string directory, string name, string line) => File.WriteAllText(Path.Combine(directory, name), line + "\n");

    /// <summary>What a recipe writes there, once it does.</summary>
    public static async Task<string> ReadAsync(string directory, string name) =>
        (await Task.Run(() => File.ReadAllText(Path.Combine(directory, name))).WaitAsync(TestKeeper.Patience)).Trim();

    /// <summary>UTF-8 without a byte order mark: the kernel looks at a script's first two bytes.</summary>
    public static Encoding WithoutMark(this Encoding _) => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, int mode);
}
