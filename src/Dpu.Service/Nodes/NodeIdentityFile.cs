using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dpu.Client.Trust;

namespace Dpu.Service.Nodes;

/// <summary>Who a node is, as it keeps it: its credential, and the authority that its frontends' certificates come from.</summary>
/// <param name="Credential">What it shows.</param>
/// <param name="CaSha256">The pinned authority; null for the system's roots.</param>
/// <param name="JoinedWith">Id of the key that let it in; null while it is not known whether it was let in.</param>
internal sealed record KeptIdentity(NodeCredential Credential, string? CaSha256, string? JoinedWith);

/// <summary>The file in a node's data directory that keeps its identity; only its user can read it.</summary>
internal sealed class NodeIdentityFile(string dataDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.Combine(dataDirectory, "identity.json");

    /// <summary>Where the file belongs: a copy of it elsewhere would be a second node that believes to be the first, with a lease of its own.</summary>
    private string Place { get; } = $"{MachineId()} {System.IO.Path.GetFullPath(dataDirectory)}";

    /// <summary>Null when the node has none yet.</summary>
    /// <exception cref="StartupException">The file is there and cannot be used, or is another node's.</exception>
    public KeptIdentity? Read()
    {
        try
        {
            var stored = JsonSerializer.Deserialize(File.ReadAllBytes(Path), NodeIdentityJson.Default.StoredIdentity);
            if (stored?.Place is { } place && place != Place)
            {
                throw new StartupException($"{Path} was made elsewhere ({place}): it is a copy, and two nodes of one identity could run a task twice. Remove it here, and let this node join with a key and a name of its own.", 2);
            }

            return stored?.Credential is { } text && NodeCredential.TryParse(text) is { } credential
                ? new KeptIdentity(credential, stored.CaSha256, stored.JoinedWith)
                : throw new StartupException($"{Path} holds no identity of a node. Remove it, and let the node join with a new key ('dpu key create --for node').", 3);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{Path} cannot be read: {error.Message}", 3);
        }
    }

    /// <summary>On disk before it is used: a one-time key is used up by whoever joins with it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(KeptIdentity identity)
    {
        var temporary = Path + ".new";
        File.Delete(temporary);
        var stored = new StoredIdentity(identity.Credential.Parameter, identity.CaSha256, identity.JoinedWith, Place);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(stored, NodeIdentityJson.Default.StoredIdentity) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path, overwrite: true);
    }

    /// <summary>What tells machines apart also when they have one name; in a container without one, the name.</summary>
    private static string MachineId()
    {
        const string MachineIdFile = "/etc/machine-id";
        var id = File.Exists(MachineIdFile) ? File.ReadAllText(MachineIdFile).Trim() : "";
        return id.Length > 0 ? id : Environment.MachineName;
    }
}

internal sealed record StoredIdentity(string? Credential, string? CaSha256, string? JoinedWith, string? Place);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredIdentity))]
internal sealed partial class NodeIdentityJson : JsonSerializerContext;
