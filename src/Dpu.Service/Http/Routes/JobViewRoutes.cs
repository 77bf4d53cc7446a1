using Dpu.Client.Contracts;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Routes;

/// <summary>What the routes that show a job in pictures and parts say of themselves.</summary>
internal static class JobViewRoutes
{
    private const string Part = "jobs";

    public static void Graph(RouteDescription route) => JobRoutes.OfInside(route
        .Is("getJobGraph", Part, "A job's steps as a graph, with how far they are", "With how long it goes on, as fast as until now.")
        .Answer<StepGraph>("The steps."));

    public static void Timeline(RouteDescription route) => JobRoutes.OfInside(route
        .Is("getJobTimeline", Part, "When a job's attempts ran where", "In pieces of equal length, node by node; few attempts also one by one. Of more than 4000 tasks every n-th stands for all.")
        .Query("pieces", Form.Whole(1, 1000), "Into how many pieces the time is cut; 120 unless said.")
        .Answer<JobTimeline>("The timeline.")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-pieces"));

    public static void Command(RouteDescription route) => JobRoutes.OfInside(route
        .Is("getJobCommand", Part, "The command that submits the same again")
        .Answer<JobCommandLine>("The command."));

    public static void Lines(RouteDescription route) => JobRoutes.OfInside(route
        .Is("getJobLines", Part, "The lines that a command's job was given", "As text, a line each: the input of the same command.")
        .AnswerBytes("The lines.", "text/plain")
        .Refuses(StatusCodes.Status404NotFound, "no-lines"));

    public static void Task(RouteDescription route) => JobRoutes.OfInside(route
        .Is("getTask", Part, "A task with its attempts, what it reads and what it made")
        .Path("task", "The task; tasks count from 0.", example: "3")
        .Answer<TaskInside>("The task.")
        .Refuses(StatusCodes.Status404NotFound, "unknown-task"));

    public static void LogPart(RouteDescription route) => JobRoutes.OfInside(route
        .Is("readLogPart", Part, "A part of what a job's tasks printed", "The end of it, or what stands before or behind a place; with a text or a level the lines that fit. A search stops after some megabytes, found or not, and tells where it goes on.")
        .Query("task", Form.Whole(), "This task's lines only; tasks count from 0.")
        .Query("attempt", Form.Whole(1), "This attempt's only, of the task.")
        .Query("text", Form.Text(), "Only lines that hold this text, in whatever case.")
        .Query("stream", Form.OneOf(LogWanted.Streams), "Only what was written there.")
        .Query("level", Form.OneOf(LogWanted.Levels), "Only lines that matter so much at least, as far as their own words tell.")
        .Query("before", Form.Text(), "What stands before this place; the end of the log unless said.")
        .Query("after", Form.Text(), "Instead: what comes behind this place.")
        .Query("limit", Form.Whole(1), "At most so many lines, never more than 1000; 200 unless said.")
        .Answer<LogPart>("The part.")
        .Refuses(StatusCodes.Status400BadRequest, "bad-limit")
        .Refuses(StatusCodes.Status422UnprocessableEntity, "bad-task", "bad-attempt", "bad-stream", "bad-level", "bad-cursor"));
}
