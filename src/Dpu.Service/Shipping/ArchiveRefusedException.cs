namespace Dpu.Service.Shipping;

/// <summary>An archive of code is not taken. The message is the rest of a sentence, such as <c>it holds '../x', which leads out of its folder</c>.</summary>
internal sealed class ArchiveRefusedException(string flaw) : Exception(flaw);
