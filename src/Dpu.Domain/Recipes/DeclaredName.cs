using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>The name under which a recipe or a pipeline is declared.</summary>
internal static class DeclaredName
{
    /// <summary>Sequences are split at <c>&gt;</c>, with blanks around it, and a recipe's name from its variant's at <c>:</c>.</summary>
    public static bool CanBeTyped(string name) => name.Length > 0 && !name.Any(c => c is '>' or ':' || char.IsWhiteSpace(c));

    /// <summary>One declaration alone at its place: what another one's mistake left unread is not this one's unknown key.</summary>
    /// <param name="section">A path such as <c>dpu.recipes</c>.</param>
    /// <param name="field">The declaration.</param>
    public static HoconObject Under(string section, HoconField field)
    {
        HoconObject root = new([field], field.AssignedAt);
        foreach (var key in section.Split('.').Reverse())
        {
            root = new HoconObject([new HoconField(key, root, field.AssignedAt)], field.AssignedAt);
        }

        return root;
    }
}
