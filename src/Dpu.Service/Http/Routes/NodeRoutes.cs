using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Dpu.Service.Staging;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes of nodes say of themselves: those of people first, then those of nodes.</summary>
internal static class NodeRoutes
{
    private const string Part = "nodes";
    private const string KeysPart = "keys";
    private const string OfNodesPart = "for nodes";

    public static void List(RouteDescription route) => route
        .Is("listNodes", Part, "Nodes with load and health")
        .Pages("name")
        .Answer<IReadOnlyList<NodeInfo>>("The nodes.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Show(RouteDescription route) => route
        .Is("getNode", Part, "A node with load and health")
        .Path("name", "The node.")
        .Answer<NodeInfo>("The node.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-node")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Tasks(RouteDescription route) => route
        .Is("listNodeTasks", Part, "What a node was given and has not ended", "Of jobs that the caller may look into. A node that nobody knows was given nothing.")
        .Path("name", "The node.")
        .Pages(Paging.After, Form.Text(), "Those behind this attempt, `job/task/attempt`.", DpuEndpoints.NodeTasksUsual)
        .Answer<IReadOnlyList<NodeTask>>("By job, task and attempt.");

    public static void Drain(RouteDescription route) => OfNode(route
        .Is("drainNode", Part, "Gives a node nothing more; what runs there goes on"));

    public static void Resume(RouteDescription route) => OfNode(route
        .Is("resumeNode", Part, "Gives a node work again, drained or quarantined as it may be"));

    public static void Lost(RouteDescription route) => OfNode(route
        .Is("declareNodeLost", Part, "Says that a node's host is dead, so that its tasks run elsewhere now")
        .Refuses(StatusCodes.Status409Conflict, "connected"));

    public static void Scaling(RouteDescription route) => route
        .Is("getScaling", Part, "Nodes as jobs of a batch system")
        .Needs(Right.Operate)
        .Answer<ScalingInfo>("How many there are to be, and those that there are.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Scale(RouteDescription route) => route
        .Is("setScaling", Part, "Asks for so many nodes as jobs of a batch system")
        .Needs(Right.Operate)
        .Takes<ScalingRequest>("How many.", """{"nodes":4,"via":"slurm"}""")
        .Answer<ScalingInfo>("How many there are to be, and those that there are.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-target")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Package(RouteDescription route) => route
        .Is("describePackage", Part, "What a host needs to be told to run the program of this DPU", "Packs the program if that was not done yet, which takes some seconds.")
        .Needs(Right.Operate)
        .Answer<PackageInfo>("The package.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "no-package");

    public static void PackageContent(RouteDescription route) => route
        .Is("getPackage", OfNodesPart, "The program, packed for hosts that have none of it")
        .Path("sha256", "The hash of the package, which whoever fetches it was told.", Form.Sha256())
        .AnswerBytes("A tar archive, packed with gzip.", "application/gzip")
        .AnswerBytes("A part of it.", "application/gzip", StatusCodes.Status206PartialContent)
        .Refuses(StatusCodes.Status404NotFound, "unknown-package");

    public static void CreateKey(RouteDescription route) => route
        .Is("createKey", KeysPart, "Makes a key with which nodes join, or a token by which a user is known", "Keys for nodes, and tokens of others, are for operators; a user makes tokens of his own.")
        .Takes<KeyRequest>("For what, for how long.", """{"for":"node","reusable":true,"expiresInSeconds":86400,"note":"cluster A"}""", "for")
        .Answer<KeyCreated>("The key; its secret is told this once.", StatusCodes.Status201Created)
        .Refuses(StatusCodes.Status403Forbidden, "user-disabled")
        .Refuses(StatusCodes.Status404NotFound, "unknown-user")
        .Refuses(StatusCodes.Status409Conflict, "key-exists", "too-many-tokens")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-for", "no-user")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void ListKeys(RouteDescription route) => route
        .Is("listKeys", KeysPart, "Keys, the identities of nodes that joined with them, and tokens of users", "An operator sees all, a user his own tokens.")
        .Pages("id")
        .Answer<IReadOnlyList<KeyInfo>>("By when they were made.")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void RevokeKey(RouteDescription route) => route
        .Is("revokeKey", KeysPart, "Revokes a key, an identity or a token", "An operator revokes all, a user his own tokens.")
        .Path("id", "The key's id; that of an identity begins with `node:`, that of a user's token with `u`.")
        .Answer<KeyInfo>("The key as it is then.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-key")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Join(RouteDescription route) => route
        .Is("joinNode", OfNodesPart, "A join key becomes the identity of a node", "The same again changes nothing: the answer may have been lost.")
        .Takes<NodeJoinRequest>(
            "The node's name, and the hash of the secret that it made for itself.",
            """{"name":"node-1","identityHash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","protocol":1}""",
            "name",
            "identityHash",
            "protocol")
        .Answer<NodeJoined>("The node is known.")
        .Refuses(StatusCodes.Status401Unauthorized, "unknown-key", "wrong-key")
        .Refuses(StatusCodes.Status403Forbidden, "key-expired", "key-revoked", "key-used", "identity-revoked")
        .Refuses(StatusCodes.Status409Conflict, "name-taken")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public static void Link(RouteDescription route) => route
        .Is("link", OfNodesPart, "Where nodes link, by WebSocket", "Its frames are a protocol of its own, between programs of the same DPU.")
        .AnswerNothing(StatusCodes.Status101SwitchingProtocols, "The link.")
        .Refuses(StatusCodes.Status426UpgradeRequired, "no-web-socket");

    public static void Input(RouteDescription route) => OfAttempt(route
        .Is("getInput", OfNodesPart, "An input of an attempt that the node was given", "Ranges can be asked for.")
        .Path("file", "The file's id.")
        .AnswerBytes("The bytes.")
        .AnswerBytes("A part of them.", status: StatusCodes.Status206PartialContent)
        .Refuses(StatusCodes.Status404NotFound, "no-input", "unknown-file", "file-gone")
        .Refuses(StatusCodes.Status409Conflict, "file-changed"));

    public static void Code(RouteDescription route) => OfAttempt(route
        .Is("getAttemptCode", OfNodesPart, "The code that came with the job of an attempt that the node was given", "Ranges can be asked for.")
        .AnswerBytes("A zip archive.", "application/zip")
        .AnswerBytes("A part of it.", "application/zip", StatusCodes.Status206PartialContent)
        .Refuses(StatusCodes.Status404NotFound, "no-code", "code-gone"));

    public static void OutputState(RouteDescription route) => OfOutput(route
        .Is("getOutputState", OfNodesPart, "How much of an output is here already")
        .Header(StagingHeaders.Size, Form.Whole(0, long.MaxValue), "The whole output's size.", required: true)
        .AnswerNothing(StatusCodes.Status200OK, $"`{StagingHeaders.Received}` bytes of it are.")
        .AnswerHeader(StagingHeaders.Received, Form.Whole(0, long.MaxValue), "So many bytes.")
        .AnswerNothing(StatusCodes.Status204NoContent, "It is whole and in its place."));

    public static void Output(RouteDescription route) => OfOutput(route
        .Is("putOutput", OfNodesPart, "Brings an output, or goes on with it")
        .Header("Content-Range", Form.Text(), "Which part of the whole comes; nothing for all of it.")
        .TakesBytes("application/octet-stream", "The bytes.")
        .AnswerNothing(StatusCodes.Status202Accepted, "A part arrived.")
        .AnswerNothing(StatusCodes.Status204NoContent, "It is whole and in its place.")
        .Refuses(StatusCodes.Status409Conflict, StagingHeaders.WrongOffset, "no-place")
        .Refuses(StatusCodes.Status413PayloadTooLarge, "too-long")
        .Refuses(StatusCodes.Status422UnprocessableEntity, StagingHeaders.WrongDigest)
        .Refuses(StatusCodes.Status503ServiceUnavailable, "busy")
        .Refuses(StatusCodes.Status507InsufficientStorage, "no-room"));

    private static RouteDescription OfNode(RouteDescription route) => route
        .Needs(Right.Operate)
        .Path("name", "The node.")
        .Answer<NodeInfo>("The node as it is then.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-node")
        .Refuses(StatusCodes.Status503ServiceUnavailable, "unavailable");

    private static void OfOutput(RouteDescription route) => OfAttempt(route
        .Path("path", "Where it lies, below the attempt's own folder; its slashes stand as they are.")
        .Header(StagingHeaders.Digest, Form.Text(), "The whole output's SHA-256: `sha-256=:BASE64:`.", required: true)
        .Refuses(StatusCodes.Status400BadRequest, "bad-request")
        .Refuses(StatusCodes.Status409Conflict, "no-outputs")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-path"));

    private static void OfAttempt(RouteDescription route) => route
        .Path("job", "The job.")
        .Path("task", "Its task, from 0.")
        .Path("number", "The attempt at it, from 1.")
        .Refuses(StatusCodes.Status403Forbidden, StagingHeaders.NotGranted);
}
