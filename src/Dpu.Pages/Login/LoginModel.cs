namespace Dpu.Pages.Login;

/// <summary>The form of the login.</summary>
/// <param name="User">The name as it was typed.</param>
/// <param name="To">Where it goes on.</param>
/// <param name="Refusal">Why it did not work; null before it was tried.</param>
public sealed record LoginModel(string? User, string? To, string? Refusal);
