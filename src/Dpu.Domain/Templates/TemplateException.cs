namespace Dpu.Domain.Templates;

/// <summary>Carries out of a template why it cannot be read or filled in; never leaves the domain.</summary>
internal sealed class TemplateException(string message) : Exception(message);
