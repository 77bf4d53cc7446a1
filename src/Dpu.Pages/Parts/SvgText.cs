using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Dpu.Pages.Parts;

/// <summary>Text in a picture. Written by hand: between <c>&lt;text&gt;</c> tags in a component's code stands something else.</summary>
public sealed class SvgText : IComponent
{
    private RenderHandle _handle;

    [Parameter] public string? Class { get; set; }

    [Parameter, EditorRequired] public int X { get; set; }

    [Parameter, EditorRequired] public int Y { get; set; }

    /// <summary><c>start</c>, <c>middle</c> or <c>end</c>; null for the start.</summary>
    [Parameter] public string? Anchor { get; set; }

    /// <summary>What is told to whoever points at it; null for nothing more.</summary>
    [Parameter] public string? Title { get; set; }

    [Parameter, EditorRequired] public string Text { get; set; } = "";

    public void Attach(RenderHandle renderHandle) => _handle = renderHandle;

    public Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        _handle.Render(Draw);
        return Task.CompletedTask;
    }

    private void Draw(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "class", Class);
        builder.AddAttribute(2, "x", X);
        builder.AddAttribute(3, "y", Y);
        builder.AddAttribute(4, "text-anchor", Anchor);
        if (Title is not null)
        {
            builder.OpenElement(5, "title");
            builder.AddContent(6, Title);
            builder.CloseElement();
        }

        builder.AddContent(7, Text);
        builder.CloseElement();
    }
}
