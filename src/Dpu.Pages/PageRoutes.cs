using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Campaigns;
using Dpu.Pages.Files;
using Dpu.Pages.History;
using Dpu.Pages.Jobs;
using Dpu.Pages.Layout;
using Dpu.Pages.Login;
using Dpu.Pages.Nodes;
using Dpu.Pages.Queue;
using Dpu.Pages.Recipes;
using Dpu.Pages.Rendering;
using Dpu.Pages.Statistics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dpu.Pages;

/// <summary>The addresses of all pages.</summary>
public static class PageRoutes
{
    /// <param name="app">Where they are mapped.</param>
    /// <param name="api">What they ask.</param>
    /// <param name="sessions">How browsers are known.</param>
    /// <param name="time">The clock.</param>
    /// <param name="mark">Applied to every route: whom it is for is decided by the API that it asks.</param>
    public static void Map(IEndpointRouteBuilder app, IApi api, ISessions sessions, TimeProvider time, Action<IEndpointConventionBuilder> mark)
    {
        // Made at the first visit: a service that nobody looks at starts without them.
        var renderer = new Lazy<PageRenderer>(() => new PageRenderer(app.ServiceProvider, app.ServiceProvider.GetRequiredService<ILoggerFactory>()));
        var pages = new Pages(app, api, time, renderer, mark);
        var login = new LoginVisits(sessions);

        pages.Get("/", QueueVisits.ShowAsync);
        pages.Get("/recipes", RecipesVisits.ShowAsync);
        pages.Post("/recipes", RecipesVisits.BringAsync);
        pages.Get("/recipes/{sequence}", SubmitVisits.ShowAsync);
        pages.Post("/recipes/{sequence}", SubmitVisits.PostAsync);
        pages.Get("/campaigns", CampaignVisits.ListAsync);
        pages.Get("/campaigns/{name}", CampaignVisits.ShowAsync);
        MapJobs(pages);
        MapFilesNodesAndPast(pages);
        pages.Get("/login", LoginVisits.ShowAsync);
        pages.Post("/login", login.LogInAsync);
        pages.Post("/logout", login.LogOutAsync);
        pages.Get("/open/{code}", login.OpenAsync);
        mark(app.MapGet("/assets/{tag}/{name}", StaticFiles.ServeAsync));
        pages.Otherwise(NothingAsync);
    }

    private static Task<PageAnswer> NothingAsync(Visit visit) => Task.FromResult<PageAnswer>(
        new PageAnswer.Refused(new Problem("Not found", StatusCodes.Status404NotFound, $"There is nothing at {visit.Http.Request.Path}.", "unknown-address")));

    private static void MapJobs(Pages pages)
    {
        pages.Get("/jobs/{id:int}", JobVisits.ShowAsync);
        pages.Get("/jobs/{id:int}/tasks", TasksVisits.ListAsync);
        pages.Get("/jobs/{id:int}/tasks/{task:int}", TasksVisits.ShowAsync);
        pages.Get("/jobs/{id:int}/logs", LogsVisits.ShowAsync);
        pages.Get("/jobs/{id:int}/results", ResultsVisits.ShowAsync);
        pages.Get("/jobs/{id:int}/provenance", ResultsVisits.ProvenanceAsync);
        pages.Get("/jobs/{id:int}/retry", AgainVisits.ShowRetryAsync);
        pages.Get("/jobs/{id:int}/rerun", AgainVisits.ShowRerunAsync);
        pages.Post("/jobs/{id:int}/cancel", JobVisits.CancelAsync);
        pages.Post("/jobs/{id:int}/hold", JobVisits.HoldAsync);
        pages.Post("/jobs/{id:int}/release", JobVisits.ReleaseAsync);
        pages.Post("/jobs/{id:int}/priority", JobVisits.PriorityAsync);
        pages.Post("/jobs/{id:int}/context", JobVisits.PromoteAsync);
        pages.Post("/jobs/{id:int}/retry", AgainVisits.RetryAsync);
        pages.Post("/jobs/{id:int}/rerun", AgainVisits.RerunAsync);
    }

    private static void MapFilesNodesAndPast(Pages pages)
    {
        pages.Get("/files", FilesVisits.ListAsync);
        pages.Get("/files/{id}", FilesVisits.ShowAsync);
        pages.Get("/nodes", NodesVisits.ListAsync);
        pages.Get("/nodes/{name}", NodesVisits.ShowAsync);
        pages.Post("/nodes/{name}/drain", NodesVisits.DrainAsync);
        pages.Post("/nodes/{name}/resume", NodesVisits.ResumeAsync);
        pages.Post("/nodes/{name}/lost", NodesVisits.LostAsync);
        pages.Get("/statistics", StatisticsVisits.ShowAsync);
        pages.Get("/history", HistoryVisits.ShowAsync);
    }

    /// <summary>Maps visits: a refusal of the API is a page as well.</summary>
    private sealed class Pages(IEndpointRouteBuilder app, IApi api, TimeProvider time, Lazy<PageRenderer> renderer, Action<IEndpointConventionBuilder> mark)
    {
        public void Get(string pattern, Func<Visit, Task<PageAnswer>> visit) => mark(app.MapGet(pattern, context => AnswerAsync(context, visit)));

        public void Post(string pattern, Func<Visit, Task<PageAnswer>> visit) => mark(app.MapPost(pattern, context => AnswerAsync(context, visit)));

        public void Otherwise(Func<Visit, Task<PageAnswer>> visit) => mark(app.MapFallback("{*path}", context => AnswerAsync(context, visit)));

        private async Task AnswerAsync(HttpContext context, Func<Visit, Task<PageAnswer>> show)
        {
            var visit = new Visit(context, new Asker(api, context), time);
            switch (await TryAsync(visit, show))
            {
                case PageAnswer.SeeOther other:
                    context.Response.StatusCode = StatusCodes.Status303SeeOther;
                    context.Response.Headers.Location = other.Address;
                    break;
                case PageAnswer.Refused refused:
                    await renderer.Value.SendAsync(visit, new PageAnswer.Shown(typeof(ProblemPage), refused.Problem, refused.Problem.Status));
                    break;
                case PageAnswer.Shown page:
                    await renderer.Value.SendAsync(visit, page);
                    break;
            }
        }

        private static async Task<PageAnswer> TryAsync(Visit visit, Func<Visit, Task<PageAnswer>> show)
        {
            try
            {
                return await show(visit);
            }
            catch (ApiRefusedException refused)
            {
                return new PageAnswer.Refused(refused.Problem);
            }
        }
    }
}
