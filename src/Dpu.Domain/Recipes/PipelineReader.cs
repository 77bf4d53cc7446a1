using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads the declaration of one pipeline, in which every step stands over its recipe already.</summary>
internal sealed class PipelineReader(string name, HoconReader declaration, RecipeCatalog catalog, RetryRules usualRetry)
{
    private static readonly TimeSpan UsualQueryTime = TimeSpan.FromSeconds(30);

    public Pipeline Read()
    {
        var query = ReadQuery();
        var options = new OptionReader(declaration, "the pipeline", query is null ? [] : [Pipeline.Rows]).Read();
        var steps = ImmutableArray.CreateBuilder<SequenceStep>();
        foreach (var (step, reader) in declaration.GetObjects("steps"))
        {
            steps.Add(new PipelineStepReader(name, step, reader, query is not null, options, catalog, usualRetry).Read(steps.ToImmutable()));
        }

        if (steps.Count == 0)
        {
            throw declaration.Error("steps", "is empty; a pipeline has at least one step, such as steps { reduce { recipe = Reduce } }");
        }

        var read = new Pipeline(name, declaration.GetStringOrDefault("description", ""), options, query, steps.ToImmutable());
        CheckOptions(read);
        return read;
    }

    private RowQuery? ReadQuery()
    {
        if (!declaration.Has("query"))
        {
            return null;
        }

        var query = declaration.GetObject("query");
        if (query.Has("command") == query.Has("type"))
        {
            throw declaration.Error("query", "needs either command, a program that prints rows, or type, whose files are the rows");
        }

        if (query.Has("type"))
        {
            return new RowQuery.Files(RecipeReader.ReadTypes(query), RecipeReader.ReadQuery(query));
        }

        var time = query.GetDurationOrDefault("time", UsualQueryTime);
        return time > TimeSpan.Zero && time <= TimeSpan.FromHours(1)
            ? new RowQuery.Plugin(RecipeReader.ReadCommand(query), time)
            : throw query.Error("time", $"is {time.TotalSeconds} s; expected more than 0 s, at most an hour");
    }

    /// <summary>An option that reaches nobody is a mistake; <c>commit</c> is the DPU's own.</summary>
    private void CheckOptions(Pipeline pipeline)
    {
        foreach (var option in pipeline.Options.Where(_ => pipeline.Query is not RowQuery.Plugin))
        {
            if (option.Name != "commit" && option.Select is null && !pipeline.Steps.Any(step => step.Recipe.Options.Any(taken => taken.Name == option.Name)))
            {
                throw declaration.Error("options", $"declares '{option.Name}', which no step and no query takes");
            }
        }
    }
}
