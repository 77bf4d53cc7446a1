using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dpu.Domain.Users;

namespace Dpu.Actors.Frontend;

/// <summary>Tells a submission that is repeated from another one under the same key.</summary>
internal static class SubmissionFingerprint
{
    private const int Length = 32;

    public static string Of(Submission submission)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, submission.Priority.ToString(CultureInfo.InvariantCulture));
        AddAll(hash, submission.Tags);
        if (submission.Campaign is { } campaign)
        {
            AddAll(hash, [campaign.Name, campaign.Request.ToString(CultureInfo.InvariantCulture), campaign.Unit]);
        }

        if (!submission.After.IsEmpty)
        {
            // Only when there are any: what was submitted before such a thing existed keeps its fingerprint.
            AddAll(hash, [.. submission.After.Select(job => job.ToString())]);
        }

        if (submission is { Version: not null } or { Code: not null } or { Settings.IsEmpty: false })
        {
            AddAll(hash, [submission.Version ?? "", submission.Code?.Sha256 ?? "", submission.Settings.Configuration ?? ""]);
            AddAll(hash, [.. submission.Settings.Variables.SelectMany(variable => new[] { variable.Key, variable.Value })]);
        }

        if (submission.Context != WorkContext.Usual)
        {
            AddAll(hash, [submission.Context.Project, PrivilegeNames.TextOf(submission.Context.Privileges)]);
        }

        if (submission.Notify is { } notify)
        {
            AddAll(hash, [.. notify.Select(way => way.ToString())]);
        }

        switch (submission)
        {
            case Submission.OfRecipes recipes:
                Add(hash, recipes.Sequence);
                AddAll(hash, recipes.Arguments);
                Add(hash, recipes.Options?.GetRawText() ?? "");
                Add(hash, recipes.EstimatedSeconds?.ToString("R", CultureInfo.InvariantCulture) ?? "");
                Add(hash, recipes.MemoryBytes?.ToString(CultureInfo.InvariantCulture) ?? "");
                break;
            case Submission.OfCommand command:
                AddAll(hash, command.Command);
                Add(hash, command.Resources.ToString());
                foreach (var block in command.Lines?.Blocks ?? [])
                {
                    hash.AppendData(block.Span);
                }

                // Nothing at all where none is asked for: keys that are remembered from before there were hosts still agree.
                if (!command.Hosts.IsEmpty || command.MaxPerNode is not null || command.ExpectedSeconds > 0)
                {
                    AddAll(hash, [.. command.Hosts.Select(host => host.ToString())]);
                    Add(hash, command.MaxPerNode?.ToString(CultureInfo.InvariantCulture) ?? "");
                    Add(hash, command.ExpectedSeconds.ToString("R", CultureInfo.InvariantCulture));
                }

                break;
            default:
                throw new InvalidOperationException($"There is no submission {submission.GetType().Name}.");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Length];
    }

    private static void AddAll(IncrementalHash hash, IReadOnlyCollection<string> texts)
    {
        Add(hash, texts.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var text in texts)
        {
            Add(hash, text);
        }
    }

    /// <summary>With its length, so that no two lists of texts look alike.</summary>
    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
