using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>A job as a graph: its steps, which of them wait for which, and how far they are.</summary>
/// <param name="SecondsLeft">For how long it goes on, as fast as until now; null when nothing can be said, and when it has ended.</param>
public sealed record StepGraph(int JobId, IReadOnlyList<GraphStep> Steps, double? SecondsLeft);

/// <summary>One step of a graph.</summary>
/// <param name="Step">Its index, from 0.</param>
/// <param name="Name">Unique within the job.</param>
/// <param name="Recipe">The recipe; null for a command.</param>
/// <param name="FirstTask">The number of its first task.</param>
/// <param name="Counts">Its tasks by outcome.</param>
/// <param name="Running">How many of its tasks run at this moment; they count as submitted.</param>
/// <param name="Before">Indexes of the steps whose outputs it reads.</param>
/// <param name="Inputs">What it reads from the catalog, by type.</param>
/// <param name="Outputs">Types of files that it declares to make, main products first.</param>
/// <param name="Cpus">What each task holds.</param>
/// <param name="MemoryBytes">What each task holds; 0 for no limit.</param>
/// <param name="WallSeconds">How long each attempt may take; null for as long as it likes.</param>
/// <param name="ExpectedSeconds">How long a task is expected to take; 0 when nobody knows.</param>
public sealed record GraphStep(
    int Step,
    string Name,
    string? Recipe,
    int FirstTask,
    JobCounts Counts,
    int Running,
    IReadOnlyList<int> Before,
    IReadOnlyList<FilesOfType> Inputs,
    IReadOnlyList<string> Outputs,
    int Cpus,
    long MemoryBytes,
    double? WallSeconds,
    double ExpectedSeconds);

/// <summary>How many files there are of a type.</summary>
public sealed record FilesOfType(string Type, int Files);

/// <summary>What a job's attempts did over time.</summary>
/// <param name="From">When the first one started; null when nothing ran yet.</param>
/// <param name="To">When the last one ended, or now while some run.</param>
/// <param name="EveryNth">1 when all tasks are told of; of a very large job every n-th is, and the figures are for all.</param>
/// <param name="Attempts">Each of them, where they are few; else null.</param>
/// <param name="Nodes">Node by node in pieces of equal length.</param>
public sealed record JobTimeline(
    int JobId,
    DateTimeOffset? From,
    DateTimeOffset? To,
    int EveryNth,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TimelineAttempt>? Attempts,
    IReadOnlyList<TimelineNode> Nodes);

/// <summary>One attempt in a timeline.</summary>
/// <param name="Bad">Whether it failed or was lost.</param>
/// <param name="Ended">Null while it runs.</param>
public sealed record TimelineAttempt(int Task, int Attempt, string Step, string Node, bool Bad, DateTimeOffset Started, DateTimeOffset? Ended);

/// <summary>What one node did of a job.</summary>
/// <param name="Node">Its name; null for all others together.</param>
/// <param name="Running">For each piece of time how many attempts ran at once, on average.</param>
/// <param name="Failed">For each piece of time how many attempts ended badly.</param>
public sealed record TimelineNode(string? Node, IReadOnlyList<double> Running, IReadOnlyList<int> Failed);

/// <summary>The command that submits the same again.</summary>
/// <param name="Words">Program and arguments, one word an element.</param>
/// <param name="Text">The same as it is typed into a shell, quoted.</param>
/// <param name="Notes">What has to be at hand before: sentences.</param>
public sealed record JobCommandLine(int JobId, IReadOnlyList<string> Words, string Text, IReadOnlyList<string> Notes);

/// <summary>A task with what it reads and what it made.</summary>
/// <param name="Task">The task.</param>
/// <param name="Command">What it runs: program and arguments of its line; null for recipes.</param>
/// <param name="Inputs">What it reads from the catalog.</param>
/// <param name="InputCount">How many those are; of very many only the first are in <paramref name="Inputs"/>.</param>
/// <param name="WaitsFor">Tasks whose outputs it reads; of very many the first.</param>
/// <param name="Outputs">What it made.</param>
public sealed record TaskInside(
    TaskDetail Task,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Command,
    IReadOnlyList<TaskInput> Inputs,
    int InputCount,
    IReadOnlyList<int> WaitsFor,
    IReadOnlyList<FileRecord> Outputs);

/// <summary>A file that a task reads.</summary>
/// <param name="Input">The input's name in the recipe's declaration.</param>
/// <param name="Id">Its id in the catalog.</param>
/// <param name="Name">The file's name without folders.</param>
/// <param name="Type">Its type.</param>
public sealed record TaskInput(string Input, string Id, string Name, string Type);

/// <summary>A part of what a job printed.</summary>
/// <param name="Lines">In the order in which they were printed.</param>
/// <param name="Earlier">What stands before it: ask with this as <c>before</c>; null at the beginning.</param>
/// <param name="Later">What comes behind it: ask with this as <c>after</c>, or follow with it as <c>from</c>.</param>
/// <param name="AtEnd">True when nothing was behind it.</param>
/// <param name="SearchedBytes">How much output was looked at; a search stops after some, found or not.</param>
public sealed record LogPart(int JobId, IReadOnlyList<PlacedLine> Lines, string? Earlier, string Later, bool AtEnd, long SearchedBytes);

/// <summary>A line with its place.</summary>
/// <param name="Line">The line.</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>, as far as the line's own words tell.</param>
/// <param name="Place">The place behind it.</param>
public sealed record PlacedLine(LogLine Line, string Level, string Place);
