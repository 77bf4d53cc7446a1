using Dpu.Client.Contracts;

namespace Dpu.Cli.Waiting;

/// <summary>Shows how jobs get on, while they do.</summary>
internal interface IJobProgress
{
    void Show(JobSummary job);

    /// <summary>One line for people, beside the bars.</summary>
    void Note(string message);
}

/// <summary>For files and pipes: notes only, since nobody watches a bar there.</summary>
internal sealed class QuietProgress(CliContext context) : IJobProgress
{
    public void Show(JobSummary job)
    {
    }

    public void Note(string message) => context.Say(message);
}
