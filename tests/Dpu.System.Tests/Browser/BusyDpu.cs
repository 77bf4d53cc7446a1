using System.Globalization;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.System.Tests.Commands;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Browser;

/// <summary>A DPU with a calibrated night and jobs in every state, some of which hold what would be dangerous if a page took it for more than text.</summary>
public sealed class BusyDpu : IAsyncLifetime
{
    /// <summary>Markup that shows itself by a property of the window wherever it is run.</summary>
    public const string Evil = "\"'><img src=x onerror=\"window.pwned=1\"><script>window.pwned=2</script><svg onload=\"window.pwned=3\">&amp;{{7*7}}";

    /// <summary>Room for what runs all the time, and for what tests add.</summary>
    private readonly SmallNight _night = new(cpus: 8);

    public RealDpu Dpu => _night.Dpu;

    /// <summary>Ended normally, with products, pictures and provenance.</summary>
    public int Reduced { get; private set; }

    /// <summary>Ended with an error, after it printed what is dangerous, under a dangerous name.</summary>
    public int Hostile { get; private set; }

    /// <summary>Has an option with a dangerous value.</summary>
    public int DangerousOption { get; private set; }

    /// <summary>The id of a file with a dangerous name.</summary>
    public string DangerousFile { get; private set; } = "";

    public int Running { get; private set; }

    public int Held { get; private set; }

    /// <summary>Waits for another job.</summary>
    public int Waiting { get; private set; }

    public async Task InitializeAsync()
    {
        if (!File.Exists("/usr/bin/chromium"))
        {
            // Every test of it is skipped, by name.
            return;
        }

        await _night.InitializeAsync();
        Reduced = await _night.SubmitAsync("Reduce>Regrid>Coadd");
        await Dpu.EndOfAsync(Reduced);
        var name = Evil.Replace('/', '|');
        var script = Dpu.NewFile("print.sh", $"cat <<'END'\n{Evil}\nEND\ncat <<'END' >&2\n{Evil}\nEND\nexit 3\n");
        Hostile = await ExecAsync(new ExecSubmission(["sh", script, Evil, "{}"], [Evil, name, "a\tb", "zwei Wörter, 8,6"], Tags: [Evil]));
        await Dpu.EndOfAsync(Hostile);
        await NameDangerouslyAsync(name);
        Running = await ExecAsync(new ExecSubmission(["sh", "-c", "echo begun; exec sleep 3600"]));
        await Dpu.UntilRunningAsync(Running);
        Held = await ExecAsync(new ExecSubmission(["sleep", "3600"], ["a", "b"]));
        await Dpu.Client.HoldAsync(Held, Evil, CancellationToken.None);
        Waiting = await ExecAsync(new ExecSubmission(["sleep", "3600"], ["a", "b", "c"]) { After = [Running] });
    }

    /// <summary>A frame, and an option of a job that reads it.</summary>
    private async Task NameDangerouslyAsync(string name)
    {
        var raw = Directory.EnumerateFiles(Path.Combine(Dpu.Home, "night"), "*bias*.fits").First();
        var copy = Path.Combine(Dpu.NewFolder("dangerous"), name + ".fits");

        // Another content, or it would be the frame that is known already: the last byte only fills the last block.
        var bytes = await File.ReadAllBytesAsync(raw);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(copy, bytes);
        DangerousFile = (await Dpu.Client.IngestAsync([copy], CancellationToken.None)).Registered.ShouldHaveSingleItem().Id;
        DangerousOption = (await Dpu.Client.SubmitAsync(new JobSubmission("Bias", ["-i", "WFI", "--template", Evil]), IdempotencyKey.Create(), CancellationToken.None)).JobId;
        await Dpu.EndOfAsync(DangerousOption);
    }

    public Task DisposeAsync() => _night.DisposeAsync();

    public async Task<string> LoginAddressAsync() => (await Dpu.RunAsync("open", "--print")).Exits(0).Out.Trim();

    public async Task<int> ExecAsync(ExecSubmission submission) => (await Dpu.Client.SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None)).JobId;

    public string PageOf(int job, string part = "") => new Uri(Dpu.Address, string.Create(CultureInfo.InvariantCulture, $"/jobs/{job}{part}")).AbsoluteUri;
}
