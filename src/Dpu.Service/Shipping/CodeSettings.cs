using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>Section <c>dpu.code</c>.</summary>
/// <param name="SizeMaxBytes">Of one archive.</param>
/// <param name="StoreMaxBytes">Of all archives that a frontend keeps.</param>
/// <param name="TreesMaxBytes">Of all trees that a node keeps, beyond those in use.</param>
/// <param name="Archive">What one archive may hold.</param>
/// <param name="KeepUnused">How long an archive is kept that no job and no file names.</param>
public sealed record CodeSettings(long SizeMaxBytes, long StoreMaxBytes, long TreesMaxBytes, ArchiveLimits Archive, TimeSpan KeepUnused);
