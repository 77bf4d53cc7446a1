using System.Globalization;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>The line that says how a job is, to the letter of the field's: <c>Jobid 84820 has status FINISHED N/E/A/S/U 75/0/0/0/0</c>.</summary>
internal static class StatusLine
{
    public static string Of(JobSummary job) =>
        string.Create(CultureInfo.InvariantCulture, $"Jobid {job.JobId} has status {Visible.Text(job.Status)} N/E/A/S/U {job.Counts}");
}
