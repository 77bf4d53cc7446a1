using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Dpu.System.Tests.Processes;

namespace Dpu.System.Tests.Pilots;

/// <summary>An sshd on loopback with keys of its own, which lets in whoever holds the one that it made.</summary>
internal sealed class RealSshd : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-sshd-").FullName;
    private readonly int _port = Programs.FreePort();
    private Process? _process;

    /// <summary>What <c>dpu node start</c> needs to get there.</summary>
    public string[] Options =>
    [
        "--ssh", "127.0.0.1", "--ssh-option=-p", $"--ssh-option={Port}", "--ssh-option=-i", $"--ssh-option={At("user")}",
        "--ssh-option=-o", $"--ssh-option=UserKnownHostsFile={At("known")}", "--ssh-option=-o", "--ssh-option=IdentitiesOnly=yes", "--ssh-option=-F", "--ssh-option=none",
    ];

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    public static async Task<RealSshd> StartAsync(string home)
    {
        var sshd = new RealSshd();
        await sshd.MakeKeyAsync("host");
        await sshd.MakeKeyAsync("user");
        File.WriteAllText(sshd.At("known"), $"[127.0.0.1]:{sshd.Port} {await File.ReadAllTextAsync(sshd.At("host.pub"))}");
        File.Copy(sshd.At("user.pub"), sshd.At("authorized"));
        // The home of whoever logs in is the test's: nothing of this machine's user is touched.
        File.WriteAllText(
            sshd.At("config"),
            $"""
            Port {sshd.Port}
            ListenAddress 127.0.0.1
            HostKey {sshd.At("host")}
            AuthorizedKeysFile {sshd.At("authorized")}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin yes
            SetEnv HOME={home}
            """);
        Directory.CreateDirectory("/run/sshd");
        sshd._process = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", sshd.At("config")]) { RedirectStandardError = true })!;
        await Eventually.HoldsAsync(sshd.Listens, "sshd listens");
        return sshd;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private async Task MakeKeyAsync(string name) =>
        (await ProgramRun.OfAsync(new ProcessStartInfo("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", At(name)]))).Exits(0);

    private bool Listens()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
