using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Shipping;
using Dpu.Hocon;

namespace Dpu.Service.Shipping;

/// <summary>
/// The recipes that a shipped tree declares, in <c>recipes.conf</c> and <c>recipes/*.conf</c>. They are a user's text: nothing is included, no environment is seen, no other key than those of
/// recipes and pipelines is taken, and they are short.
/// </summary>
internal static class TreeRecipes
{
    private const string Folder = "recipes/";
    private const string Suffix = ".conf";
    private const int FilesMax = 100;
    private const int BytesMax = 1 << 20;

    private static readonly HoconOptions Plain = new() { DepthMax = 50, ExpansionMax = 50_000, ChainMax = 50, IncludesMax = 0, FileBytesMax = BytesMax };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a file of a tree declares recipes.</summary>
    public static bool IsRecipesFile(string name) => name == "recipes.conf"
        || (name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) && name.LastIndexOf('/') == Folder.Length - 1);

    /// <summary>What is declared there; empty when there are no such files.</summary>
    /// <exception cref="ArchiveRefusedException">They are too many or too long, or no text.</exception>
    /// <exception cref="HoconException">One is broken; the message names file and line.</exception>
    public static RecipeDeclarations Read(CodeArchive archive, CancellationToken cancellationToken)
    {
        var files = archive.Files.Where(file => IsRecipesFile(file.Told.Name)).OrderBy(file => file.Told.Name, StringComparer.Ordinal).ToImmutableArray();
        if (files.Length > FilesMax || files.Sum(file => file.Told.SizeBytes) > BytesMax)
        {
            throw new ArchiveRefusedException($"its recipes are more than {FilesMax} files, or longer than {ByteSize.Text(BytesMax)}");
        }

        var root = HoconConfig.Load(files.Select(file => HoconSource.Text(TextOf(archive, file, cancellationToken), file.Told.Name)), Plain);
        return RecipeDeclarations.Of(root, allowOthers: false);
    }

    private static string TextOf(CodeArchive archive, ZipEntry file, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream((int)file.Told.SizeBytes);
        archive.Copy(file, content, cancellationToken);
        try
        {
            return Utf8.GetString(content.GetBuffer(), 0, (int)content.Length);
        }
        catch (DecoderFallbackException)
        {
            throw new ArchiveRefusedException($"it holds '{ArchiveNames.Shown(file.Told.Name)}', which declares recipes and is not UTF-8");
        }
    }
}
