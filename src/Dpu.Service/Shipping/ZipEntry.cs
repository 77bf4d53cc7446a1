using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>An entry of a zip archive: what the rules judge, and where its bytes are.</summary>
/// <param name="Told">What the archive says of it.</param>
/// <param name="IsDeflated">Whether it is compressed; else it is stored as it is.</param>
/// <param name="Crc">What its bytes must give.</param>
/// <param name="HeaderOffset">Where its own header is.</param>
/// <param name="DataOffset">Where its bytes begin.</param>
internal sealed record ZipEntry(ArchiveEntry Told, bool IsDeflated, uint Crc, long HeaderOffset, long DataOffset);
