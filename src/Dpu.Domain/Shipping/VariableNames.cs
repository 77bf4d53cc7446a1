namespace Dpu.Domain.Shipping;

/// <summary>Which environment variables a user may give to tasks.</summary>
public static class VariableNames
{
    /// <summary>Beginnings of names that say how programs are found, loaded or started: whoever could set them would run code of his own with a standard recipe.</summary>
    private static readonly string[] ReservedBeginnings =
    [
        "DPU_", "LD_", "DYLD_", "GLIBC_", "MALLOC_", "GCONV_", "LC_", "XDG_", "BASH", "PYTHON", "PERL", "RUBY", "JAVA", "_JAVA", "JDK_", "NODE_", "DOTNET_", "COMPLUS_", "CORECLR_",
        "LUA_", "JULIA_", "R_", "TCL", "GIT_", "SSH_", "IDL_",
    ];

    private static readonly string[] Reserved =
    [
        "PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "SHELL", "IFS", "ENV", "PS4", "CDPATH", "SHELLOPTS", "PROMPT_COMMAND", "FPATH", "ZDOTDIR", "AWEPIPE", "HOSTALIASES",
        "RES_OPTIONS", "LOCALDOMAIN", "NLSPATH", "LOCPATH", "TERMINFO", "EDITOR", "VISUAL", "PAGER", "BROWSER",
    ];

    /// <summary>Whether it can be the name of a variable: letters, digits and underscores, no digit first.</summary>
    public static bool IsName(string name) =>
        name is { Length: > 0 and <= 256 } && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Whether the DPU, the system or a language's runtime has it for itself.</summary>
    public static bool IsReserved(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) || ReservedBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
    }
}
