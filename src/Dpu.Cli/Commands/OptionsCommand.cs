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

    public OptionsCommand()
        : base("options", "With what a sequence can be run", "dpu options HotPixels", "dpu options 'Reduce>Coadd' --json")
    {
        Add(_sequence);
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
            context.Out.WriteLine($"Recognized options for {Visible.Text(recipe.Recipe)} are:");
            Write(recipe, context.Out);
        }

        return ExitCodes.Done;
    }

    private static void Write(RecipeOptions recipe, TextWriter writer)
    {
        var table = new Table("OPTION", "TYPE", "DEFAULT", "MEANING");
        foreach (var option in recipe.Options)
        {
            var names = option.ShortName is { Length: > 0 } name ? $"-{name}, --{option.LongName}" : $"--{option.LongName}";
            table.Add(names, option.Type, option.Required ? "(required)" : Default(option.Default), option.Help);
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
