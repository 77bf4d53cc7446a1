using System.Runtime.CompilerServices;
using Dpu.Calibration.Tests.Science;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary>The field's own programs, which judge ours where Debian's packages are installed.</summary>
internal static class FieldPrograms
{
    /// <summary>What is missing of some programs, as a reason to skip; null when all are on the path.</summary>
    public static string? WhyNot(string member, params (string Program, string Package)[] needs) => needs
        .Where(need => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, need.Program))))
        .Select(need => $"{member}: {need.Program} is not there (apt-get install {need.Package})")
        .FirstOrDefault();
}

/// <summary>A test that runs source-extractor.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SextractorFactAttribute : FactAttribute
{
    public SextractorFactAttribute([CallerMemberName] string member = "") => Skip = FieldPrograms.WhyNot(member, ("source-extractor", "source-extractor"));
}

/// <summary>The same on each of the frames that are not part of the project.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SextractorOnObservedFramesAttribute : TheoryAttribute
{
    public SextractorOnObservedFramesAttribute([CallerMemberName] string member = "") => Skip =
        FieldPrograms.WhyNot(member, ("source-extractor", "source-extractor")) ?? (ObservedFramesTheoryAttribute.Folder is null ? $"{member}: ../shared/data/obs_test is not there" : null);
}

/// <summary>A test that runs SWarp.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SwarpFactAttribute : FactAttribute
{
    public SwarpFactAttribute([CallerMemberName] string member = "") => Skip = FieldPrograms.WhyNot(member, ("SWarp", "swarp"));
}

/// <summary>A test that runs SCAMP on sources of source-extractor.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScampTheoryAttribute : TheoryAttribute
{
    public ScampTheoryAttribute([CallerMemberName] string member = "") => Skip = FieldPrograms.WhyNot(member, ("scamp", "scamp"), ("source-extractor", "source-extractor"));
}

/// <summary>A test that runs PSFEx on sources of source-extractor.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PsfexTheoryAttribute : TheoryAttribute
{
    public PsfexTheoryAttribute([CallerMemberName] string member = "") => Skip = FieldPrograms.WhyNot(member, ("psfex", "psfex"), ("source-extractor", "source-extractor"));
}
