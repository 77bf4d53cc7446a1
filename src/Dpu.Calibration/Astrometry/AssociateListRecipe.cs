using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Says which sources of several lists are one object, by position. Lists are joined one after the other: of each list, a source goes to the object that is its nearest and of which it is the nearest, within
/// the search distance; what finds none is an object of its own. An object lies at the mean of its sources.
/// </summary>
/// <remarks>
/// How many pairs come by chance is measured, not assumed: the list is moved by many search distances in four directions and matched again. For sources spread evenly it is n ρ π r² for n sources, a density ρ and the
/// distance r, with the error √(that / 4).
/// </remarks>
internal sealed class AssociateListRecipe : IRecipe
{
    private const string Prefix = "AssociateList.process_params.";
    private const string Distance = Prefix + "SEARCH_DISTANCE";
    private const string Mode = Prefix + "ASSOCIATION";
    private const int ListsMax = 300;

    // Far enough that no source finds itself, near enough that it is the same sky.
    private const double ShiftDistances = 20;

    public string Name => "AssociateList";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Distance, "1", "how far a source may lie from its object, arc seconds"),
        new(Mode, "chain", "chain: every source is or begins an object; master: only those of the first list are objects; matched: only those that every list has"),
    ];

    public void Run(TaskContext context)
    {
        // A list comes as FITS and as VOTable: one of them is enough.
        var inputs = context.Required("sourcelists").Where(input => input.Metadata.GetString("format") != "votable").ToArray();
        if (inputs.Length is < 2 or > ListsMax)
        {
            throw RecipeException.Wrong($"AssociateList joins from 2 to {ListsMax} source lists (FITS); {inputs.Length} {(inputs.Length == 1 ? "is" : "are")} given.");
        }

        var (distance, mode) = (context.Pars.Positive(Distance), context.Pars.Choice(Mode, "chain", "master", "matched"));
        context.Log("Making AssociateList object");
        var lists = inputs.Select(input => PositionList.Read(input)).ToArray();
        var association = new SkyAssociation(distance);
        var (chance, matched) = (new double[lists.Length], new int[lists.Length]);
        for (var i = 0; i < lists.Length; i++)
        {
            context.Log($"Using SourceList {inputs[i].FileName} : {lists[i].Positions.Count} sources");
            chance[i] = i == 0 ? 0 : ByChance(association.Positions, lists[i].Positions, distance);
            var before = association.Members.Count;
            association.Add(lists[i].Positions, onlyKnown: i > 0 && mode == "master");
            matched[i] = association.Members.Take(before).Count(members => members[^1].List == i);
            if (i > 0) { Report(context, association, i, matched[i], chance[i]); }
        }

        var table = new AssociationTable(lists, association, mode == "matched");
        context.Log($"Number of objects is : {table.Count}");
        if (table.Count == 0) { context.Log("Warning : no object is in every list"); }
        table.Write(context, distance, mode, matched, chance);
    }

    private static void Report(TaskContext context, SkyAssociation association, int list, int matched, double chance) => context.Log(string.Create(CultureInfo.InvariantCulture,
        $"Sources that belong to objects of the lists before : {matched}, {chance:F1} by chance; objects are {association.Members.Count}"));

    private static double ByChance(IReadOnlyList<(double Ra, double Dec)> objects, IReadOnlyList<(double Ra, double Dec)> sources, double distance)
    {
        var shift = ShiftDistances * distance;
        (double East, double North)[] shifts = [(shift, 0), (-shift, 0), (0, shift), (0, -shift)];
        return shifts.Average(by => SkyIndex.Mutual(objects, [.. sources.Select(source => Moved(source, by.East, by.North))], distance).Count);
    }

    private static (double Ra, double Dec) Moved((double Ra, double Dec) position, double east, double north) => double.IsFinite(position.Ra + position.Dec)
        ? new Fits.TanWcs(position.Ra, position.Dec, 0, 0, 1, 0, 0, 1).PlaneToSky(east / 3600, north / 3600)
        : position;
}
