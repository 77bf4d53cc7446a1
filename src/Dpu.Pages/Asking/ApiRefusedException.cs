using Dpu.Client.Contracts;

namespace Dpu.Pages.Asking;

/// <summary>The API said no: the page says why instead of what was asked for.</summary>
internal sealed class ApiRefusedException(Problem problem) : Exception(problem.Detail ?? problem.Title)
{
    public Problem Problem => problem;
}
