using Dpu.Actors.Users;
using Dpu.Kernel;

namespace Dpu.Service.Users;

/// <summary>Who is known, as endpoints use it.</summary>
/// <param name="Actor">Decides and keeps.</param>
/// <param name="Directory">What is committed.</param>
/// <param name="Passwords">Makes and compares hashes.</param>
/// <param name="Tries">Counts wrong passwords.</param>
/// <param name="Acts">Notes what people do.</param>
internal sealed record UserAccess(IActorRef<UsersMessage> Actor, IUserDirectory Directory, PasswordHasher Passwords, LoginTries Tries, Acts Acts);
