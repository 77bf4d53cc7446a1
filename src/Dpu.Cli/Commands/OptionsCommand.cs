using System.CommandLine;
using System.Text.Json;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class OptionsCommand : DpuCommand
{
    private readonly Argument<string> _sequence = new("SEQUENCE") { Description = "A recipe, or recipes chained with '>'" };
    private readonly Option<bool> _json = JsonOption("One JSON object with the options of each recipe of the sequence");

    private readonly Option<bool> _pars = new("--pars") { Description = "The process parameters that -p (--pars) of 'dpu run' sets, with their defaults" };

    public OptionsCommand()
        : base("options", "With what a sequence can be run", "dpu options HotPixels", "dpu options Bias --pars", "dpu options 'Reduce>Coadd' --json")
    {
        Add(_sequence);
        Add(_pars);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var sequence = Values.NotBlank(invocation.Get(_sequence)!, "sequence", "see 'dpu sequences'");
        using var http = context.OpenClient(invocation.Dpu);
        var options = await http.GetOptionsAsync(sequence, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(options, ApiJson.Readable.SequenceOptions);
            return ExitCodes.Done;
        }

        foreach (var (recipe, index) in options.Steps.Select((step, index) => (step, index)))
        {
            context.Out.Write(index > 0 ? "\n" : "");
            Write(recipe, invocation.Get(_pars), context.Out);
        }

        return ExitCodes.Done;
    }

    private static void Write(RecipeOptions recipe, bool parameters, TextWriter writer)
    {
        var name = Visible.Text(recipe.Recipe);
        if (parameters)
        {
            WriteParameters(name, recipe.Parameters ?? [], writer);
            return;
        }

        writer.WriteLine($"Recognized options for {name} are:");
        WriteOptions(recipe, writer);
        if (recipe.Parameters is { Count: > 0 })
        {
            writer.WriteLine($"Its {recipe.Parameters.Count} process parameters: dpu options {name} --pars");
        }

        if (recipe.Variants is { Count: > 0 })
        {
            writer.WriteLine($"Variants: {Visible.Text(string.Join(", ", recipe.Variants))}");
        }
    }

    private static void WriteParameters(string name, IReadOnlyList<RecipeParameter> parameters, TextWriter writer)
    {
        if (parameters.Count == 0)
        {
            writer.WriteLine($"{name} declares no process parameters.");
            return;
        }

        writer.WriteLine($"Process parameters of {name} are:");
        var table = new Table("PARAMETER", "DEFAULT", "MEANING");
        foreach (var parameter in parameters)
        {
            table.Add(parameter.Name, parameter.Default ?? "None", parameter.Help);
        }

        table.WriteTo(writer);
    }

    private static void WriteOptions(RecipeOptions recipe, TextWriter writer)
    {
        var table = new Table("OPTION", "TYPE", "DEFAULT", "MEANING");
        foreach (var option in recipe.Options)
        {
            var typed = option.ShortName is { Length: > 0 } shortName ? $"-{shortName}, --{option.LongName}" : $"--{option.LongName}";
            table.Add(typed, option.Type, option.Required ? "(required)" : Default(option.Default), option.Help);
        }

        table.WriteTo(writer);
    }

    private static string Default(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "None",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => other.GetRawText(),
    };
}
