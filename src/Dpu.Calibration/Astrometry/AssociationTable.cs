using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>The objects that several lists have in common, a row each, with the source of every list; and what each list was.</summary>
internal sealed class AssociationTable
{
    public const string Type = "associatelist";

    private readonly IReadOnlyList<PositionList> _lists;
    private readonly (IReadOnlyList<Member> Members, (double Ra, double Dec) Position)[] _objects;

    /// <param name="lists">The lists.</param>
    /// <param name="association">How their sources hang together.</param>
    /// <param name="onlyComplete">Whether objects that some list lacks are left out.</param>
    public AssociationTable(IReadOnlyList<PositionList> lists, SkyAssociation association, bool onlyComplete)
    {
        _lists = lists;
        _objects = [.. association.Members.Zip(association.Positions).Where(pair => !onlyComplete || pair.First.Count == lists.Count)];
    }

    public int Count => _objects.Length;

    public void Write(TaskContext context, double distance, string mode, int[] matched, double[] chance)
    {
        var columns = Columns();
        var header = new FitsHeader();
        header.Set("EXTNAME", "OBJECTS", "");
        header.Set("DISTANCE", distance, "[arcsec] search distance");
        header.Set("ASSOCIAT", mode, "chain, master or matched");
        header.Set("NLISTS", (long)_lists.Count, "source lists; see the table LISTS");
        var (stem, metadata) = Named();
        var fits = context.Results.NewPath(stem, ".fits");
        FitsWriter.Write(fits, [new FitsImageHdu(new FitsHeader()), new FitsTableHdu(new FitsTable([.. columns.Select(column => column.ToFits())], header)), new FitsTableHdu(ListTable(matched, chance))]);
        var votable = context.Results.NewPath(stem, ".vot");
        var told = header.Where(card => !card.IsCommentary).Select(card => KeyValuePair.Create(card.Key, card.Value.Text))
            .Concat(_lists.Select((list, i) => KeyValuePair.Create($"LIST_{i + 1}", list.Input.FileName)));
        VoTableWriter.Write(votable, "objects", $"Objects of {_lists.Count} source lists", "ICRS", columns, told);
        context.Results.Add(Type, fits, Type, metadata, _lists.Select(list => list.Input));
        metadata["format"] = "votable";
        context.Results.Add(Type + ".votable", votable, Type, metadata, _lists.Select(list => list.Input));
        context.Log($"Wrote {Path.GetFileName(fits)}");
    }

    private List<SourceColumn> Columns()
    {
        var columns = new List<SourceColumn>
        {
            new("ASSOC", "", "meta.id;meta.main", "number of the object in this list", Enumerable.Range(1, Count).ToArray()),
            new("RA", "deg", "pos.eq.ra;meta.main", "mean of its sources", Array.ConvertAll(_objects, one => one.Position.Ra)),
            new("DEC", "deg", "pos.eq.dec;meta.main", "mean of its sources", Array.ConvertAll(_objects, one => one.Position.Dec)),
            new("N", "", "meta.number", "number of lists that have it", Array.ConvertAll(_objects, one => one.Members.Count)),
            new("SPREAD", "arcsec", "pos.angDistance;stat.max", "largest distance of a source from the mean", Array.ConvertAll(_objects, one => one.Members.Max(member => Apart(one.Position, member)))),
        };
        for (var list = 0; list < _lists.Count; list++)
        {
            var (own, name) = (list, $"{list + 1}");
            columns.Add(new("NUMBER_" + name, "", "meta.id", $"its source in list {name}, 0 for none", Array.ConvertAll(_objects, one => Of(one.Members, own) is { } m ? checked((int)_lists[own].Numbers[m.Index]) : 0)));
            columns.Add(new("SEP_" + name, "arcsec", "pos.angDistance", $"distance of that from the mean", Array.ConvertAll(_objects, one => Of(one.Members, own) is { } m ? Apart(one.Position, m) : double.NaN)));
            columns.Add(new("MAG_" + name, "mag", "phot.mag", $"magnitude of that", Array.ConvertAll(_objects, one => Of(one.Members, own) is { } m ? _lists[own].Magnitudes[m.Index] : double.NaN)));
        }

        return columns;
    }

    private static Member? Of(IReadOnlyList<Member> members, int list)
    {
        foreach (var member in members)
        {
            if (member.List == list) { return member; }
        }

        return null;
    }

    private double Apart((double Ra, double Dec) position, Member member) => SkyIndex.Separation(position, _lists[member.List].Positions[member.Index]);

    private FitsTable ListTable(int[] matched, double[] chance)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", "LISTS", "");
        return new FitsTable(
            [
                FitsColumn.Of("LIST", Enumerable.Range(1, _lists.Count).ToArray()),
                FitsColumn.Of("FILE", [.. _lists.Select(list => list.Input.FileName)]),
                FitsColumn.Of("ID", [.. _lists.Select(list => list.Input.Id)]),
                FitsColumn.Of("SOURCES", [.. _lists.Select(list => list.Positions.Count)]),
                FitsColumn.Of("MATCHED", matched),
                FitsColumn.Of("CHANCE", chance),
            ],
            header);
    }

    /// <summary>What all lists agree in describes what they have in common.</summary>
    private (string Stem, Metadata Metadata) Named()
    {
        var metadata = new Metadata();
        foreach (var key in (string[])["instrument", "chip", "filter", "date", "object"])
        {
            var values = _lists.Select(list => list.Input.Metadata.GetString(key)).Distinct(StringComparer.Ordinal).ToArray();
            if (values is [{ Length: > 0 } common]) { metadata[key] = common; }
        }

        metadata["lists"] = _lists.Count;
        metadata["objects"] = Count;
        var parts = new[] { metadata.GetString("instrument"), Type, metadata.GetString("filter").Trim('#'), metadata.GetString("date") };
        return (string.Join('_', parts.Where(part => part.Length > 0)), metadata);
    }
}
