using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Hocon;

namespace Dpu.Domain.Templates;

/// <summary>The values that templates of one attempt can name.</summary>
/// <param name="start">The attempt.</param>
/// <param name="work">Its work.</param>
/// <param name="node">The node's name.</param>
/// <param name="inputs">Its files at the places where they are; none while these are still to be found.</param>
internal sealed class TaskValues(
    TaskStart start, TaskWork.Directed work, string node, ImmutableSortedDictionary<string, ImmutableArray<PlacedFile>> inputs)
{
    /// <summary>Values for what belongs to the task as a whole, such as the names of its outputs.</summary>
    public Func<string, string> Shared => name => Of(name, null, null);

    /// <summary>Values for a command.</summary>
    public Func<string, string> For(StepCommand command) => name => Of(name, command, null);

    /// <summary>Values for a command and one of its files.</summary>
    public Func<string, string> For(StepCommand? command, PlacedFile file) => name => Of(name, command, file);

    /// <summary>The files of an input.</summary>
    public ImmutableArray<PlacedFile> FilesOf(string input) => inputs.TryGetValue(input, out var files)
        ? files
        : throw new TemplateException($"it needs the input '{input}', which the task does not have");

    /// <summary>The name of a declared output.</summary>
    public string OutputName(OutputRule rule) => Filling(rule.Pattern, text => FileNameTemplate.Fill(text, Shared));

    /// <summary>Does the filling, and names the template when it fails.</summary>
    public static T Filling<T>(string text, Func<string, T> fill)
    {
        try
        {
            return fill(text);
        }
        catch (TemplateException error)
        {
            throw new TemplateException($"the template '{text}' cannot be filled in: {error.Message}");
        }
    }

    private string Of(string name, StepCommand? command, PlacedFile? file) =>
        OfFile(name, file)
        ?? Reference(name, command)
        ?? OfTask(name, command)
        ?? file?.File.Metadata.GetValueOrDefault(name)?.Text
        ?? work.Keys.GetValueOrDefault(name)
        ?? OptionValue(name, command)
        ?? throw Unknown(name, command, file);

    private static string? OfFile(string name, PlacedFile? file) => (name, file) switch
    {
        (_, null) => null,
        ("path", _) => file.Path,
        ("name", _) => Path.GetFileName(file.Path),
        ("id", _) => file.File.Id,
        _ => null,
    };

    private string? OfTask(string name, StepCommand? command) => name switch
    {
        "job" => start.Attempt.Job.ToString(),
        "task" => Number(start.Attempt.Task),
        "attempt" => Number(start.Attempt.Number),
        "step" => command?.Name ?? start.Step,
        "node" => node,
        "campaign" => Campaign(name).Name,
        "request" => Number(Campaign(name).Request),
        "unit" => Campaign(name).Unit,
        "unit-attempt" => Number(Campaign(name).Attempt),
        _ => null,
    };

    private CampaignUnit Campaign(string name) => work.Campaign
        ?? throw new TemplateException($"{{{name}}} needs a campaign, and the job belongs to none");

    private string? Reference(string name, StepCommand? command)
    {
        if (name.StartsWith(TaskNames.OutputPrefix, StringComparison.Ordinal))
        {
            var output = name[TaskNames.OutputPrefix.Length..];
            return OutputName(work.Outputs.FirstOrDefault(rule => rule.Name == output) ?? throw new TemplateException($"there is no output '{output}'"));
        }

        if (name.StartsWith(TaskNames.ListPrefix, StringComparison.Ordinal))
        {
            var list = name[TaskNames.ListPrefix.Length..];
            var rule = command?.Lists.FirstOrDefault(rule => rule.Name == list) ?? throw new TemplateException($"there is no list '{list}'");
            return Filling(rule.FileName, text => FileNameTemplate.Fill(text, For(command)));
        }

        return name.StartsWith(TaskNames.InputPrefix, StringComparison.Ordinal) ? OfInput(name[TaskNames.InputPrefix.Length..]) : null;
    }

    private string OfInput(string reference)
    {
        var (input, key) = TaskNames.SplitInput(reference, inputs.Keys)
            ?? throw new TemplateException($"'{{input.{reference}}}' names no input of the task; they are {Wording.And([.. inputs.Keys])}");
        var files = inputs[input];
        if (files.Length != 1)
        {
            throw new TemplateException($"{{input.{reference}}} needs exactly one file of the input '{input}', which has {files.Length}");
        }

        return OfFile(key, files[0])
            ?? files[0].File.Metadata.GetValueOrDefault(key)?.Text
            ?? throw new TemplateException($"the file {files[0].File.Id} of the input '{input}' has no '{key}'");
    }

    /// <summary>An option that was not given is an empty text, as it is to its recipe.</summary>
    private string? OptionValue(string name, StepCommand? command)
    {
        var commands = command is null ? work.Commands : [command];
        var json = commands.Select(one => one.Parameters.GetValueOrDefault(name)).FirstOrDefault(found => found is not null);
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.String => document.RootElement.GetString(),
            JsonValueKind.Null => "",
            _ => document.RootElement.GetRawText(),
        };
    }

    private TemplateException Unknown(string name, StepCommand? command, PlacedFile? file)
    {
        if (file is not null)
        {
            return new TemplateException($"the file {file.File.Id} has no '{name}', and neither is it a key or an option of the task");
        }

        var known = TaskNames.OfTask.Concat(work.Keys.Keys).Concat((command is null ? work.Commands : [command]).SelectMany(one => one.Parameters.Keys));
        var nearest = NearestName.Find(name, known);
        return new TemplateException($"'{name}' is neither a key nor an option of the task{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An input of a task at the place where it is.</summary>
/// <param name="File">The catalog's file.</param>
/// <param name="Path">Absolute; for an archive that was unpacked, the folder that holds what was in it.</param>
public sealed record PlacedFile(InputFile File, string Path);
