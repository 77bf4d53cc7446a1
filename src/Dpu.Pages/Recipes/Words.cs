using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Parts;

namespace Dpu.Pages.Recipes;

/// <summary>Things in words.</summary>
internal static class Words
{
    /// <summary><c>1 task</c>, <c>1,200 tasks</c>.</summary>
    public static string Count(long number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {thing}{(number == 1 ? "" : "s")}");

    /// <summary>What is in an archive of code.</summary>
    public static string Of(CodeInfo code) =>
        $"{Count(code.Files, "file")}, {Sizes.Text(code.UnpackedBytes)}, {(code.Recipes.Count == 0 ? "no recipes of its own" : "recipes in " + string.Join(", ", code.Recipes))}";

    /// <summary>Who sees something, in words.</summary>
    public static string OfPrivileges(string privileges) => privileges switch
    {
        "mydb" => "only you",
        "project" => "members of the project",
        "users" => "all users",
        "world" => "everybody",
        _ => privileges,
    };
}
