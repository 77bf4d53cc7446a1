using Spectre.Console;

namespace Dpu.Cli.Top;

/// <summary>A screen of its own on the terminal, which stands as it was when this is disposed.</summary>
internal sealed class TopTerminal : IDisposable
{
    private const string Enter = "\x1b[?1049h\x1b[?25l";
    private const string Leave = "\x1b[?25h\x1b[?1049l";
    private const string Home = "\x1b[H";
    private const string ClearRest = "\x1b[K";
    private const string ClearBelow = "\x1b[J";

    private readonly CliContext _context;
    private readonly bool _isOnTerminal;

    /// <param name="context">Where it writes.</param>
    /// <param name="isOnTerminal">False where frames simply follow each other.</param>
    public TopTerminal(CliContext context, bool isOnTerminal)
    {
        (_context, _isOnTerminal) = (context, isOnTerminal);
        if (isOnTerminal)
        {
            context.Out.Write(Enter);
        }
    }

    public void Show(TopModel model)
    {
        var (width, height) = _isOnTerminal ? _context.WindowSize() : (Width: 80, Height: 24);

        // Written at once, so that no half of a frame is seen; the last line ends without a newline, which would scroll.
        using var frame = new StringWriter { NewLine = "\n" };
        var console = ConsoleOn(frame, width);
        var lines = TopScreen.Draw(model, width, height);
        for (var index = 0; index < lines.Count; index++)
        {
            console.Markup(lines[index]);
            frame.Write(_isOnTerminal ? ClearRest : "");
            frame.Write(index < lines.Count - 1 || !_isOnTerminal ? "\n" : "");
        }

        _context.Out.Write(_isOnTerminal ? $"{Home}{frame}{ClearBelow}" : frame.ToString());
        _context.Out.Flush();
    }

    public void Dispose()
    {
        if (_isOnTerminal)
        {
            _context.Out.Write(Leave);
            _context.Out.Flush();
        }
    }

    private IAnsiConsole ConsoleOn(TextWriter frame, int width)
    {
        var isPlain = !_isOnTerminal || _context.Variable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(frame),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
        });

        // Never broken by Spectre: each line is as long as it may be.
        console.Profile.Width = width + 1;
        return console;
    }
}
