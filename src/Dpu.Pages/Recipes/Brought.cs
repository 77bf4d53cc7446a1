using System.Security.Cryptography;
using Dpu.Client.Contracts;
using Dpu.Client.Shipping;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Recipes;

/// <summary>What came along with a form: code as an archive or file by file, and the user's settings. It goes on to the API at once; the form then carries the name of the code only, and of the settings what may be shown.</summary>
internal static class Brought
{
    /// <summary>The form with what came along in its place, and what is said about it; or why it cannot be taken.</summary>
    public static async Task<(Filled Filled, string? Warning, Problem? Problem)> TakeAsync(Visit visit, IFormCollection form, Filled filled)
    {
        if (form[FieldNames.CodeDrop].Count > 0)
        {
            filled = filled.Without(FieldNames.Code);
        }

        var (code, problem) = await CodeAsync(visit, form);
        if (problem is not null)
        {
            return (filled, null, problem);
        }

        filled = code is null ? filled : filled.With(FieldNames.Code, code.Sha256);
        var text = form.Files[FieldNames.SettingsFile] is { Length: > 0 } file ? await TextAsync(file, visit.Http.RequestAborted) : filled[FieldNames.Settings];
        if (string.IsNullOrWhiteSpace(text))
        {
            return (filled.Without(FieldNames.Settings), null, null);
        }

        var reply = await visit.Api.PostAsync("/settings", new SubmittedSettings(Configuration: text), ApiJson.Default.SubmittedSettings, ApiJson.Default.SettingsPreview);
        return reply.Value is { } kept
            ? (filled.With(FieldNames.Settings, kept.Settings.Configuration ?? ""), kept.Warning, null)
            : (filled.Without(FieldNames.Settings), null, reply.Problem);
    }

    /// <summary>Brings the code of a form; null for none.</summary>
    public static async Task<(CodeInfo? Code, Problem? Problem)> CodeAsync(Visit visit, IFormCollection form)
    {
        var zip = form.Files[FieldNames.CodeZip] is { Length: > 0 } archive ? archive : null;
        var folder = form.Files.GetFiles(FieldNames.CodeFolder).Where(file => file.FileName.Length > 0).ToList();
        return (zip, folder) switch
        {
            (null, []) => (null, null),
            ({ } one, []) => await BringAsync(visit, one),
            (null, _) => await BringAsync(visit, folder),
            _ => (null, Refused("There is an archive and a folder of code: bring one of the two.")),
        };
    }

    private static async Task<(CodeInfo?, Problem?)> BringAsync(Visit visit, IFormFile zip)
    {
        string sha256;
        await using (var content = zip.OpenReadStream())
        {
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, visit.Http.RequestAborted));
        }

        await using var archive = zip.OpenReadStream();
        return await BringAsync(visit, sha256, archive);
    }

    private static async Task<(CodeInfo?, Problem?)> BringAsync(Visit visit, IReadOnlyList<IFormFile> folder)
    {
        try
        {
            var tree = $"the folder '{folder[0].FileName.Split('/')[0]}'";
            using var package = CodePacker.Pack(tree, folder.Select(file => new CodeFile(BelowTree(file.FileName), file.Length, file.OpenReadStream)), visit.Http.RequestAborted);
            return await BringAsync(visit, package.Sha256, package.Archive);
        }
        catch (CodeTreeException wrong)
        {
            return (null, Refused(wrong.Message));
        }
    }

    private static async Task<(CodeInfo?, Problem?)> BringAsync(Visit visit, string sha256, Stream archive)
    {
        var reply = await visit.Api.PutAsync($"/code/{sha256}", archive, "application/zip", ApiJson.Default.CodeInfo);
        return (reply.Value, reply.Problem);
    }

    /// <summary>A browser says from where in the chosen folder each file is, that folder's own name first.</summary>
    private static string BelowTree(string name) => name.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? name[(end + 1)..] : name;

    private static async Task<string> TextAsync(IFormFile file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file.OpenReadStream());
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static Problem Refused(string detail) => new("Refused", StatusCodes.Status422UnprocessableEntity, detail, "bad-code");
}
