using Dpu.Domain.Users;

namespace Dpu.Service.Users;

/// <summary>Section <c>dpu.users</c>.</summary>
/// <param name="PasswordIterations">How slow a password's hash is.</param>
/// <param name="TokenExpires">How long a token is good for unless its user says otherwise.</param>
/// <param name="PerName">How wrong passwords for one name are answered.</param>
/// <param name="PerAddress">How those from one address are, whatever the names.</param>
public sealed record UserSettings(int PasswordIterations, TimeSpan TokenExpires, LockOut PerName, LockOut PerAddress);
