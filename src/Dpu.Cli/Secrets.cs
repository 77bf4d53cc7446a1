using System.Text;

namespace Dpu.Cli;

/// <summary>Passwords that a command needs, one after the other: asked for at a terminal, else a line each of standard input. Never arguments: those are for everybody on the host to see.</summary>
internal sealed class Secrets(CliContext context) : IDisposable
{
    private StreamReader? _input;

    /// <summary>One password.</summary>
    /// <param name="what">What it is, as <c>Password of jane</c>.</param>
    /// <exception cref="UsageException">There is none, or what comes is no text.</exception>
    public string Read(string what)
    {
        var line = context.InputIsTerminal ? Ask(what) : ReadLine();
        return string.IsNullOrEmpty(line)
            ? throw new UsageException(context.InputIsTerminal ? "No password was typed." : $"{what}: it is read from standard input, a line each, and nothing was there.")
            : line;
    }

    /// <summary>A new password: at a terminal typed twice, because nobody saw it.</summary>
    public string ReadNew(string what)
    {
        var first = Read(what);
        return !context.InputIsTerminal || Ask("The same again") == first
            ? first
            : throw new UsageException("The two were not the same. Nothing was changed.");
    }

    public void Dispose() => _input?.Dispose();

    private string? Ask(string what)
    {
        context.Error.Write(Output.Visible.Text($"{what}: "));
        context.Error.Flush();
        var typed = context.ReadTyped(false);
        context.Error.WriteLine();
        return typed;
    }

    private string? ReadLine()
    {
        try
        {
            _input ??= new StreamReader(context.OpenInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return _input.ReadLine();
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException("What comes as a password on standard input is no text in UTF-8.");
        }
    }
}
