using System.Reflection;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>The DPU itself: health, recipes, nodes, figures.</summary>
internal sealed class DpuEndpoints(ApiServices services, NodeList nodes)
{
    /// <summary>The program's version.</summary>
    public static string Version { get; } = typeof(DpuEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>So many attempts of a node are told when nothing is said.</summary>
    public const int NodeTasksUsual = 100;

    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    public IResult Health(HttpContext context)
    {
        var (state, reason) = State();
        var options = services.Options;
        return Endpoints.Json(
            new HealthInfo(options.Name, Version, services.Role, state, reason, Environment.ProcessId) { Others = options.Others.IsEmpty ? null : options.Others },
            ApiJson.Default.HealthInfo);
    }

    public async Task<IResult> SequencesAsync(HttpContext context)
    {
        if (AskedRecipes.AreSpecial(context))
        {
            return OfSpecial(context);
        }

        var options = services.Options;
        var others = services.Shapes.OnOtherHosts ? OnOtherHosts(await nodes.GetAsync(context.RequestAborted)) : null;
        var tell = new SequenceWords(options.Recipes, recipe => WhyUnavailable(recipe, others), services.Executables.WhyUnavailable);
        var unlisted = NamesOf(options.Recipes)
            .Except(options.ListedFirst, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        return Endpoints.Json<IReadOnlyList<SequenceInfo>>(
            [.. options.ListedFirst.Concat(unlisted).Select(tell.Of)],
            ApiJson.Default.IReadOnlyListSequenceInfo);
    }

    /// <summary>Recipes of a version or of a user's own code: what he brought stands first.</summary>
    private IResult OfSpecial(HttpContext context)
    {
        var (set, refusal) = AskedRecipes.Of(context, services);
        if (set is null)
        {
            return refusal!;
        }

        var tell = new SequenceWords(set.Catalog, set.WhyUnavailable, pipeline => pipeline.Steps.Select(step => set.WhyUnavailable(step.Recipe)).FirstOrDefault(reason => reason is not null));
        var usual = NamesOf(services.Recipes).ToHashSet(StringComparer.Ordinal);
        return Endpoints.Json<IReadOnlyList<SequenceInfo>>([.. NamesOf(set.Catalog).Order(StringComparer.Ordinal).OrderBy(usual.Contains).Select(tell.Of)], ApiJson.Default.IReadOnlyListSequenceInfo);
    }

    private static IEnumerable<string> NamesOf(RecipeCatalog recipes) => recipes.Recipes.Select(recipe => recipe.Name).Concat(recipes.Pipelines.Select(pipeline => pipeline.Name));

    public IResult Options(HttpContext context)
    {
        var (set, refusal) = AskedRecipes.Of(context, services);
        if (set is null)
        {
            return refusal!;
        }

        var recipes = set.Catalog;
        return Sequence.Parse(Endpoints.RouteText(context, "sequence"), recipes).TryGet(out var parsed, out var errors)
            ? Endpoints.Json(new Client.Contracts.SequenceOptions(parsed.Text, [.. parsed.Takers.Select(taker => ApiMapping.Options(taker, recipes))]), ApiJson.Default.SequenceOptions)
            : ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, errors[0].Code, string.Join(' ', errors.Select(e => e.Message)), [.. errors.Select(ApiMapping.Error)]);
    }

    /// <summary>Where nodes are on other hosts, what is missing here may be there: it is missing altogether when all that are known say so.</summary>
    /// <param name="recipe">Any.</param>
    /// <param name="others">The nodes of other hosts; null where there can be none.</param>
    private string? WhyUnavailable(Recipe recipe, List<NodeInfo>? others) =>
        services.Executables.WhyUnavailable(recipe) is not { } reason ? null
        : others is null || (others.Count > 0 && others.TrueForAll(node => recipe.Programs.Any(program => node.Missing?.Contains(program) == true))) ? reason
        : recipe.WhyNotAdded;

    private List<NodeInfo> OnOtherHosts(IReadOnlyList<NodeInfo>? all) => [.. (all ?? []).Where(node => node.Name != services.Node?.Name)];

    public async Task<IResult> NodesAsync(HttpContext context)
    {
        return await nodes.GetAsync(context.RequestAborted) is { } all
            ? Paging.Page(context, NodeList.TellableTo(RequestGuard.CallerOf(context), all), static node => node.Name, ApiJson.Default.IReadOnlyListNodeInfo)
            : ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", "The scheduler did not answer in time. Ask again.");
    }

    public async Task<IResult> NodeAsync(HttpContext context)
    {
        var name = Endpoints.RouteText(context, "name");
        if (await nodes.GetAsync(context.RequestAborted) is not { } all)
        {
            return ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", "The scheduler did not answer in time. Ask again.");
        }

        var node = NodeList.TellableTo(RequestGuard.CallerOf(context), all).FirstOrDefault(node => node.Name == name);
        return node is null ? NodeLifeEndpoints.NoSuchNode(name, [.. all.Select(known => known.Name)]) : Endpoints.Json(node, ApiJson.Default.NodeInfo);
    }

    public async Task<IResult> NodeTasksAsync(HttpContext context)
    {
        if (!Paging.TryLimit(context, out var asked))
        {
            return Paging.BadLimit(context);
        }

        var (after, cursor) = (default(AttemptId?), context.Request.Query[Paging.After].ToString());
        if (cursor.Length > 0)
        {
            if (!AttemptId.TryParse(cursor, out var attempt))
            {
                return Paging.BadCursor(cursor);
            }

            after = attempt;
        }

        await services.FreshenAsync(context.RequestAborted);
        var limit = asked ?? NodeTasksUsual;
        var running = await services.VisibleTo(context).Queue.GetRunningAsync(Endpoints.RouteText(context, "name"), after, limit + 1, context.RequestAborted);
        if (running.Length > limit)
        {
            Paging.SayNext(context, Paging.After, running[limit - 1].Attempt.ToString());
        }

        return Endpoints.Json<IReadOnlyList<NodeTask>>([.. running.Take(limit).Select(Task)], ApiJson.Default.IReadOnlyListNodeTask);
    }

    public async Task<IResult> StatsAsync(HttpContext context)
    {
        var now = services.System.Time.GetUtcNow();
        var (state, reason) = State();
        var queue = services.VisibleTo(context).Queue;
        var totals = await queue.GetTotalsAsync(context.RequestAborted);
        var lastMinute = await services.Readable.CountEndedAttemptsAsync(now - OneMinute, context.RequestAborted);
        var scores = await queue.GetEstimateScoresAsync(context.RequestAborted);
        return Endpoints.Json(
            new DpuStats(
                new JobTotals((int)totals.Jobs.Values.Sum(), totals.Jobs.ToDictionary(pair => ApiMapping.StatusOf(pair.Key), pair => (int)pair.Value, StringComparer.Ordinal)),
                ApiMapping.Counts(totals.Tasks),
                lastMinute / OneMinute.TotalSeconds,
                [.. totals.Users.Select(user => new UserLoad(user.User, (int)user.Jobs, (int)user.Tasks))],
                NodeList.TellableTo(RequestGuard.CallerOf(context), await nodes.GetAsync(context.RequestAborted) ?? []),
                services.System.DeadLetters.Count,
                (now - services.StartedAt).TotalSeconds,
                [.. scores.Select(score => new EstimateQuality(score.Program, score.Steps, score.MedianRatio, score.WithinFactor2))],
                state,
                reason),
            ApiJson.Default.DpuStats);
    }

    private NodeTask Task(GivenAttempt running) => ApiMapping.NodeTask(running, services.PhaseOf(running.Attempt.Job, running.Attempt.Task, running.Row));

    private (string State, string? Reason) State() =>
        services.Stopping.IsCancellationRequested ? (HealthInfo.Stopping, null)
        : services.JournalTrouble() is { } trouble ? (HealthInfo.Impaired, $"The journal could not be written when it was last tried: {trouble.TrimEnd('.')}.")
        : (HealthInfo.Ready, null);
}
