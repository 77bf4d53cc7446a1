namespace Dpu.Client.Contracts;

/// <summary>Somebody did something.</summary>
/// <param name="Id">Later ones have larger numbers.</param>
/// <param name="At">When.</param>
/// <param name="By">Who; empty where nobody is known to have done it, such as the one who guesses a password.</param>
/// <param name="Action">What, in a word or two.</param>
/// <param name="Thing">To what, as <c>job 12</c>.</param>
/// <param name="Owner">Whose that is, where it is somebody else's; else null.</param>
/// <param name="Detail">More about it; null for none.</param>
public sealed record AuditEntry(long Id, DateTimeOffset At, string By, string Action, string Thing, string? Owner, string? Detail);
