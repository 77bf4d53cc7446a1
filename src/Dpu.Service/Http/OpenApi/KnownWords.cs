using System.Collections.Frozen;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Service.Http.OpenApi;

/// <summary>Texts of the API that are one of a few words: a client may switch over them. Where words may be added without notice, the comment alone tells them.</summary>
internal static class KnownWords
{
    private static readonly FrozenDictionary<(Type Type, string Property), IReadOnlyList<string>> Words = new Dictionary<(Type, string), IReadOnlyList<string>>
    {
        [(typeof(JobSummary), "status")] = Statuses,
        [(typeof(JobDetail), "status")] = Statuses,
        [(typeof(JobExplanation), "status")] = Statuses,
        [(typeof(CampaignUnitInfo), "status")] = Statuses,
        [(typeof(LoginAnswer), "type")] = UserTypes,
        [(typeof(WhoAmI), "type")] = UserTypes,
        [(typeof(WhoAmI), "privileges")] = PrivilegeWords,
        [(typeof(UserInfo), "type")] = UserTypes,
        [(typeof(UserInfo), "privileges")] = PrivilegeWords,
        [(typeof(LogLine), "stream")] = ["out", "err"],
        [(typeof(PlacedLine), "level")] = ["info", "warning", "error"],
        [(typeof(ProvenanceEdge), "relation")] = ["used", "wasGeneratedBy", "wasDerivedFrom"],
        [(typeof(RecipeOption), "type")] = ["string", "integer", "number", "flag", "date", "map", "list"],
        [(typeof(HealthInfo), "state")] = [HealthInfo.Ready, HealthInfo.Stopping, HealthInfo.Impaired],
    }.ToFrozenDictionary();

    /// <summary>What a job's status can be.</summary>
    public static IReadOnlyList<string> Statuses => [.. Enum.GetValues<JobStatus>().Select(ApiMapping.StatusOf)];

    private static IReadOnlyList<string> UserTypes => [.. Enum.GetValues<UserType>().Select(Rights.TextOf)];

    private static IReadOnlyList<string> PrivilegeWords => [.. Enum.GetValues<Privileges>().Select(UserText.TextOf)];

    /// <summary>The words of a property, or null when it is any text.</summary>
    public static IReadOnlyList<string>? Of(Type type, string property) => Words.GetValueOrDefault((type, property));
}
