using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Service.Http.OpenApi;
using Dpu.Service.Http.Routes;
using Dpu.Service.Http.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dpu.Service.Http;

/// <summary>The routes of <c>/api/v1</c>. What an endpoint does stands in the class that is named for its part.</summary>
internal static class Endpoints
{
    public static void Map(IEndpointRouteBuilder app, ApiServices services)
    {
        var api = app.MapGroup("/api/v1");
        var jobs = new JobEndpoints(services);
        var explain = new ExplainEndpoints(services);
        var logs = new LogEndpoints(services);
        var files = new FileEndpoints(services);
        var questions = new FrontendQuestions(services);
        var submissions = new SubmissionEndpoints(services, questions);
        var control = new ControlEndpoints(services, questions);
        var contexts = new ContextEndpoints(services, control, submissions);
        var list = new NodeList(services);
        var dpu = new DpuEndpoints(services, list);
        var membership = new MembershipQuestions(services);
        var users = new UserQuestions(services);
        var keys = new KeyEndpoints(services, membership, users);
        var nodes = new NodeEndpoints(services, membership);
        var reload = new ReloadEndpoint(services);
        var life = new NodeLifeEndpoints(services, membership, list);

        var link = new LinkEndpoint(services);
        api.MapGet("/link", link.ServeAsync).Says(NodeRoutes.Link).WithMetadata(RequestGuard.ForNodes.Instance);

        var document = new OpenApiEndpoint(app, DpuEndpoints.Version);
        Visitor(api.MapGet("/openapi.json", Answer(document.Get)).Says(DpuRoutes.Document));
        Visitor(api.MapGet("/health", Answer(dpu.Health)).Says(DpuRoutes.Health));
        Visitor(api.MapGet("/nodes", Answer(dpu.NodesAsync)).Says(NodeRoutes.List));
        Visitor(api.MapGet("/nodes/{name}", Answer(dpu.NodeAsync)).Says(NodeRoutes.Show));
        Visitor(api.MapGet("/nodes/{name}/tasks", Answer(dpu.NodeTasksAsync)).Says(NodeRoutes.Tasks));
        Visitor(api.MapGet("/statistics", Answer(new StatisticsEndpoint(services).ReadAsync)).Says(DpuRoutes.Statistics));
        Visitor(api.MapGet("/history/jobs", Answer(new HistoryEndpoint(services).ReadAsync)).Says(JobRoutes.History));
        Visitor(api.MapGet("/stats", Answer(dpu.StatsAsync)).Says(DpuRoutes.Stats));
        Visitor(api.MapGet("/sequences", Answer(dpu.SequencesAsync)).Says(DpuRoutes.Sequences));
        Visitor(api.MapGet("/sequences/{sequence}/options", Answer(dpu.Options)).Says(DpuRoutes.Options));
        Visitor(api.MapGet("/sequences/{sequence}/history", Answer(new SequenceHistoryEndpoint(services).GetAsync)).Says(DpuRoutes.History));

        var campaigns = new CampaignEndpoints(services);
        Visitor(api.MapGet("/campaigns", Answer(campaigns.ListAsync)).Says(JobRoutes.Campaigns));
        Visitor(api.MapGet("/campaigns/{name}/units", Answer(campaigns.UnitsAsync)).Says(JobRoutes.CampaignUnits));

        var packages = new PackageEndpoints(services);
        Visitor(api.MapGet("/node/package/{sha256}", Answer(packages.Content)).Says(NodeRoutes.PackageContent));
        Operator(api.MapGet("/package", Answer(packages.DescribeAsync)).Says(NodeRoutes.Package));

        var scaling = new ScalingEndpoints(services);
        Operator(api.MapGet("/scaling", Answer(scaling.ShowAsync)).Says(NodeRoutes.Scaling));
        Operator(api.MapPost("/scaling", Answer(scaling.SetAsync)).Says(NodeRoutes.Scale));

        api.MapPost("/jobs", Answer(submissions.RunAsync)).Says(JobRoutes.Submit);
        api.MapPost("/exec", Answer(submissions.ExecAsync)).Says(JobRoutes.Exec);
        api.MapPost("/jobs/{id:int}/cancel", Answer(control.CancelAsync)).Says(JobRoutes.Cancel);
        api.MapPost("/jobs/{id:int}/hold", Answer(control.HoldAsync)).Says(JobRoutes.Hold);
        api.MapPost("/jobs/{id:int}/release", Answer(control.ReleaseAsync)).Says(JobRoutes.Release);
        api.MapPost("/jobs/{id:int}/priority", Answer(control.PriorityAsync)).Says(JobRoutes.Priority);
        api.MapPost("/jobs/{id:int}/retry", Answer(control.RetryAsync)).Says(JobRoutes.Retry);
        api.MapPost("/jobs/{id:int}/context", Answer(contexts.ShowToAsync)).Says(JobRoutes.ShowTo);
        api.MapPost("/jobs/{id:int}/rerun", Answer(contexts.RerunAsync)).Says(JobRoutes.Rerun);

        Visitor(api.MapGet("/jobs", Answer(jobs.ListAsync)).Says(JobRoutes.List));
        Visitor(api.MapGet("/jobs/events", new QueueStream(services).FollowAsync).Says(JobRoutes.FollowAll));
        Visitor(api.MapGet("/jobs/{id:int}", Answer(jobs.ShowAsync)).Says(JobRoutes.Show));
        Visitor(api.MapGet("/jobs/{id:int}/events", jobs.FollowAsync).Says(JobRoutes.Follow));

        // For visitors, too: what is for the world they may look into. Each of these knows what its caller sees.
        Visitor(api.MapGet("/jobs/{id:int}/explain", Answer(explain.ExplainAsync)).Says(JobRoutes.Explain));
        Visitor(api.MapGet("/jobs/{id:int}/tasks", Answer(jobs.TasksAsync)).Says(JobRoutes.Tasks));
        Visitor(api.MapGet("/jobs/{id:int}/results", Answer(files.ResultsAsync)).Says(JobRoutes.Results));
        Visitor(api.MapGet("/jobs/{id:int}/logs", logs.ReadAsync).Says(JobRoutes.Logs));
        Visitor(api.MapGet("/jobs/{id:int}/logs/part", Answer(logs.PartAsync)).Says(JobViewRoutes.LogPart));
        var views = new JobViewEndpoints(services);
        Visitor(api.MapGet("/jobs/{id:int}/graph", Answer(views.GraphAsync)).Says(JobViewRoutes.Graph));
        Visitor(api.MapGet("/jobs/{id:int}/timeline", Answer(views.TimelineAsync)).Says(JobViewRoutes.Timeline));
        Visitor(api.MapGet("/jobs/{id:int}/command", Answer(views.CommandAsync)).Says(JobViewRoutes.Command));
        Visitor(api.MapGet("/jobs/{id:int}/lines", Answer(views.LinesAsync)).Says(JobViewRoutes.Lines));
        Visitor(api.MapGet("/jobs/{id:int}/tasks/{task:int}", Answer(views.TaskAsync)).Says(JobViewRoutes.Task));

        var code = new CodeEndpoints(services);
        api.MapGet("/code/{sha256}", Answer(code.Describe)).Says(CodeRoutes.Describe);
        api.MapMethods("/code/{sha256}", ["HEAD"], Answer(code.Describe)).Says(CodeRoutes.Has);
        api.MapPost("/settings", Answer(CodeEndpoints.FilterAsync)).Says(CodeRoutes.Settings);
        api.MapPut("/code/{sha256}", Answer(code.ReceiveAsync)).Says(CodeRoutes.Receive);

        Operator(api.MapPost("/ingest", Answer(files.IngestAsync)).Says(FileRoutes.Ingest));
        Visitor(api.MapGet("/files", Answer(files.QueryAsync)).Says(FileRoutes.Query));
        Visitor(api.MapGet("/files/{id}", Answer(files.ShowAsync)).Says(FileRoutes.Show));
        Visitor(api.MapMethods("/files/{id}/content", ["GET", "HEAD"], Answer(files.ContentAsync)).Says(FileRoutes.Content));
        Visitor(api.MapGet("/files/{id}/provenance", Answer(files.ProvenanceAsync)).Says(FileRoutes.Provenance));

        Operator(api.MapPost("/nodes/{name}/drain", Answer(life.DrainAsync)).Says(NodeRoutes.Drain));
        Operator(api.MapPost("/nodes/{name}/resume", Answer(life.ResumeAsync)).Says(NodeRoutes.Resume));
        Operator(api.MapPost("/nodes/{name}/lost", Answer(life.LostAsync)).Says(NodeRoutes.Lost));

        Operator(api.MapPost("/reload", Answer(reload.Reload)).Says(DpuRoutes.Reload));

        api.MapPost("/keys", Answer(keys.CreateAsync)).Says(NodeRoutes.CreateKey);
        api.MapGet("/keys", Answer(keys.ListAsync)).Says(NodeRoutes.ListKeys);
        api.MapDelete("/keys/{id}", Answer(keys.RevokeAsync)).Says(NodeRoutes.RevokeKey);

        var logins = new LoginEndpoints(services, users);
        Visitor(api.MapPost("/login", Answer(logins.LogInAsync)).Says(UserRoutes.LogIn));
        Visitor(api.MapGet("/whoami", Answer(LoginEndpoints.WhoAmI)).Says(UserRoutes.WhoAmI));
        api.MapPost("/logout", Answer(logins.LogOutAsync)).Says(UserRoutes.LogOut);
        api.MapPost("/sessions", Answer(new SessionEndpoint(services, users).CreateAsync)).Says(UserRoutes.OpenPage);

        var people = new UserEndpoints(services, users, logins);
        Operator(api.MapGet("/users", Answer(people.ListAsync)).Says(UserRoutes.List));
        Operator(api.MapPost("/users", Answer(people.AddAsync)).Says(UserRoutes.Add));
        Operator(api.MapGet("/users/{name}", Answer(people.ShowAsync)).Says(UserRoutes.Show));
        Operator(api.MapPost("/users/{name}/set", Answer(people.SetAsync)).Says(UserRoutes.Set));
        Operator(api.MapPost("/users/{name}/disable", Answer(people.DisableAsync)).Says(UserRoutes.Disable));
        Operator(api.MapPost("/users/{name}/enable", Answer(people.EnableAsync)).Says(UserRoutes.Enable));
        api.MapPost("/users/{name}/password", Answer(people.SetPasswordAsync)).Says(UserRoutes.SetPassword);
        var notify = new NotifyEndpoints(services);
        api.MapGet("/notify", Answer(notify.Show)).Says(NotifyRoutes.Show);
        api.MapPost("/notify", Answer(notify.ChangeAsync)).Says(NotifyRoutes.Change);
        api.MapPost("/notify/test", Answer(notify.TestAsync)).Says(NotifyRoutes.Test);
        api.MapGet("/audit", Answer(new AuditEndpoint(services).ListAsync)).Says(UserRoutes.Audit);

        api.MapPost("/node/join", nodes.JoinAsync).Says(NodeRoutes.Join).WithMetadata(RequestGuard.ForJoinKeys.Instance);

        var staging = new StagingEndpoints(() => services.Staging);
        staging.Map(api, static context => RequestGuard.RequireNode(context).Name, static endpoint => endpoint.WithMetadata(RequestGuard.ForNodes.Instance));

        app.MapFallback("/api/{*path}", static context =>
            ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-address", $"There is nothing at {context.Request.Path}.").ExecuteAsync(context));
    }

    /// <summary>The job's number in the address.</summary>
    public static JobId JobOf(HttpContext context) => new(int.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture));

    /// <summary>The text in the address at <paramref name="name"/>. Routing leaves <c>%2F</c> as it is; here a slash is a part of the text, as in a path.</summary>
    public static string RouteText(HttpContext context, string name) =>
        ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    // Plain request delegates: binding by reflection would cost a tenth of a second at each start.
    private static RequestDelegate Answer(Func<HttpContext, Task<IResult>> endpoint) =>
        async context => await (await endpoint(context)).ExecuteAsync(context);

    private static RequestDelegate Answer(Func<HttpContext, IResult> endpoint) =>
        context => endpoint(context).ExecuteAsync(context);

    /// <summary>An answer in JSON.</summary>
    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<T>(value, type, status);

    /// <summary>A list in JSON.</summary>
    public static IResult JobList(ImmutableArray<JobSummary> jobs) => Json<IReadOnlyList<JobSummary>>(jobs, ApiJson.Default.IReadOnlyListJobSummary);

    private static void Operator(IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new RequestGuard.Needs(Right.Operate));

    private static void Visitor(IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(RequestGuard.ForVisitors.Instance);
}
