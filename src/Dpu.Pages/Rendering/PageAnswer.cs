using Dpu.Client.Contracts;

namespace Dpu.Pages.Rendering;

/// <summary>What a visit ends with.</summary>
internal abstract record PageAnswer
{
    private PageAnswer()
    {
    }

    /// <summary>A page.</summary>
    /// <param name="Component">What draws it.</param>
    /// <param name="Model">Its one parameter.</param>
    /// <param name="Status">The HTTP status.</param>
    public sealed record Shown(Type Component, object Model, int Status = 200) : PageAnswer;

    /// <summary>Something was done: what came of it is seen elsewhere, and reading that again does nothing twice.</summary>
    public sealed record SeeOther(string Address) : PageAnswer;

    /// <summary>The page says why not.</summary>
    public sealed record Refused(Problem Problem) : PageAnswer;

    public static PageAnswer Of<TPage>(object model, int status = 200)
        where TPage : Microsoft.AspNetCore.Components.IComponent => new Shown(typeof(TPage), model, status);
}
