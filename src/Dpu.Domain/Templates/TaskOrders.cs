using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Templates;

/// <summary>What has to be done on a node before an attempt of recipes can start, with every template filled in.</summary>
public abstract record TaskOrders
{
    private TaskOrders()
    {
    }

    /// <summary>The orders for an attempt at its place.</summary>
    public static TaskOrders For(TaskStart start, TaskWork.Directed work, TaskPlace place)
    {
        try
        {
            return Write(start, work, place);
        }
        catch (TemplateException error)
        {
            return new Impossible($"{work.Recipe}: {error.Message}");
        }
    }

    private static Ready Write(TaskStart start, TaskWork.Directed work, TaskPlace place)
    {
        var names = new WorkDirectory();
        var staging = new Staging(start, work, place, names);
        var inputs = staging.Inputs();
        var values = new TaskValues(start, work, place.Node, inputs);
        var commands = work.Commands.Select(command => new CommandOrders(
            command.Name, ArgumentWords.Of(command, values), TaskDirections.Write(start, work, command, inputs)));
        return new Ready(
            staging.Staged,
            WriteLists(work, values, names),
            [.. commands],
            [.. work.Outputs.Select(rule => Named(rule, values))]);
    }

    /// <summary>Several commands may write the same list; two lists of one name that differ are a mistake.</summary>
    private static ImmutableArray<ListFile> WriteLists(TaskWork.Directed work, TaskValues values, WorkDirectory names)
    {
        var lists = new Dictionary<string, ListFile>(StringComparer.Ordinal);
        foreach (var (command, rule) in work.Commands.SelectMany(command => command.Lists.Select(rule => (command, rule))))
        {
            var path = TaskValues.Filling(rule.FileName, text => FileNameTemplate.Fill(text, values.For(command)));
            var list = new ListFile(path, ListText.Of(rule, command, values));
            if (lists.GetValueOrDefault(path) != list)
            {
                names.Claim(path, $"the list '{rule.Name}' of {command.Name}");
                lists.Add(path, list);
            }
        }

        return [.. lists.Values];
    }

    private static OutputRule Named(OutputRule rule, TaskValues values) => rule with
    {
        Pattern = values.OutputName(rule),
        Folder = rule.Folder is null ? null : TaskValues.Filling(rule.Folder, text => FileNameTemplate.Fill(text, values.Shared)),
    };

    /// <param name="Staged">Files that are put into the work directory, in this order.</param>
    /// <param name="Lists">Files that are written there.</param>
    /// <param name="Commands">What runs then, one after the other; at least one.</param>
    /// <param name="Outputs">What the outputs will be called.</param>
    public sealed record Ready(
        ImmutableArray<StagedFile> Staged,
        ImmutableArray<ListFile> Lists,
        ImmutableArray<CommandOrders> Commands,
        ImmutableArray<OutputRule> Outputs) : TaskOrders;

    /// <param name="Reason">One sentence that names the recipe, the template and what is missing.</param>
    public sealed record Impossible(string Reason) : TaskOrders;
}

/// <summary>A command with its arguments.</summary>
/// <param name="Name">The step's name, or its own where several share a task.</param>
/// <param name="Words">Program and arguments.</param>
/// <param name="Directions">The text of its <c>task.json</c>.</param>
public sealed record CommandOrders(string Name, ImmutableArray<string> Words, string Directions);

/// <summary>A file that lists inputs.</summary>
/// <param name="Path">Relative to the work directory.</param>
/// <param name="Text">All of it.</param>
public sealed record ListFile(string Path, string Text);
