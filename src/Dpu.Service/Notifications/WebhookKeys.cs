using System.Security.Cryptography;
using System.Text;
using Dpu.Service.Staging;

namespace Dpu.Service.Notifications;

/// <summary>
/// Secrets that sign requests to webhooks. Each is derived from one key that stands in the data directory and nowhere else, so that the journal, its copies and the views hold none; with
/// another key every webhook has another secret.
/// </summary>
internal sealed class WebhookKeys(string path)
{
    private const int KeyBytes = 32;
    private const string Prefix = "whsec_";

    private readonly Lock _gate = new();
    private byte[]? _key;

    /// <summary>As Standard Webhooks write secrets.</summary>
    /// <exception cref="IOException">The key can be neither read nor made.</exception>
    public string SecretOf(string user, string keyId) => Prefix + Convert.ToBase64String(BytesOf(user, keyId));

    /// <summary>The header <c>webhook-signature</c> of a request.</summary>
    public string Sign(string user, string keyId, string id, long timestamp, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(BytesOf(user, keyId), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));

    private byte[] BytesOf(string user, string keyId) => HMACSHA256.HashData(Key(), Encoding.UTF8.GetBytes($"webhook\0{user}\0{keyId}"));

    private byte[] Key()
    {
        lock (_gate)
        {
            return _key ??= File.Exists(path) ? Read() : Make();
        }
    }

    private byte[] Read()
    {
        var key = File.ReadAllBytes(path);
        return key.Length == KeyBytes ? key : throw new IOException($"{path} is damaged: it has {key.Length} bytes and not {KeyBytes}. Without it webhooks cannot be signed; remove it to have one made anew.");
    }

    private byte[] Make()
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        DurableFile.MoveTo(fresh, path);
        return key;
    }
}
