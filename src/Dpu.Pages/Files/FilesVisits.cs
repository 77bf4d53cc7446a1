using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Files;

/// <summary>The catalog, and a file of it.</summary>
internal static class FilesVisits
{
    private const int FilesOfAPage = 50;
    private const int PicturesOfAPage = 24;
    private const int RelationsMax = 120;
    private const string Pictures = "pictures";

    public static async Task<PageAnswer> ListAsync(Visit visit)
    {
        var (text, after, asPictures) = (visit.QueryText("q") ?? "", visit.QueryText("after"), visit.QueryText("view") == Pictures);
        var address = new Query("/files").With("q", text).With("after", after).With("limit", asPictures ? PicturesOfAPage : FilesOfAPage);
        var files = await visit.Api.TryGetAsync(address.ToString(), ApiJson.Default.IReadOnlyListFileRecord);
        if (files.Problem is { Status: StatusCodes.Status422UnprocessableEntity, Code: "bad-query" } bad)
        {
            return PageAnswer.Of<FilesPage>(new FilesModel([], text, bad.Detail, asPictures, null, null), bad.Status);
        }

        var list = files.Require();
        var older = files.Next is null ? null : new Query("/files").With("q", text).With("view", asPictures ? Pictures : null).With("after", list[^1].Id).ToString();
        return PageAnswer.Of<FilesPage>(new FilesModel(list, text, null, asPictures, after, older));
    }

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var address = $"/files/{Uri.EscapeDataString(visit.RouteText("id"))}";
        var file = await visit.Api.GetAsync(address, ApiJson.Default.FileRecord);
        var up = await visit.Api.TryGetAsync($"{address}/provenance?direction=up&limit={RelationsMax}", ApiJson.Default.Provenance);
        var down = await visit.Api.TryGetAsync($"{address}/provenance?direction=down&limit={RelationsMax}", ApiJson.Default.Provenance);
        return PageAnswer.Of<FilePage>(new FileModel(file, up.Value, down.Value));
    }
}
