using System.Runtime.CompilerServices;

namespace Dpu.Hocon.Resolution;

/// <summary>Bounds what a few hostile lines can cost: work, memory and stack.</summary>
internal sealed class Budget(HoconOptions options, int valueCount)
{
    private const int CharactersPerUnit = 16;

    private readonly long _unitsMax = options.ExpansionMax + (8L * valueCount);
    private long _units;
    private int _level;

    public void Spend(long units, HoconOrigin at)
    {
        _units += units;
        if (_units > _unitsMax)
        {
            throw TooLarge(at);
        }
    }

    public void SpendText(long characters, HoconOrigin at) => Spend(characters / CharactersPerUnit, at);

    /// <summary>Refuses a value that is small in memory, because parts are shared, and huge when it is read.</summary>
    public void CheckSize(long size, int depth, HoconOrigin at)
    {
        if (size > _unitsMax)
        {
            throw TooLarge(at);
        }

        if (depth > options.DepthMax)
        {
            throw new HoconException(at, $"substitutions nest this value more than {options.DepthMax} levels deep; flatten it");
        }
    }

    public void Enter(HoconOrigin at)
    {
        if (++_level > options.ChainMax + options.DepthMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new HoconException(at, $"a chain of more than {options.ChainMax} substitutions, each leading to the next; shorten it");
        }
    }

    public void Leave() => _level--;

    private HoconException TooLarge(HoconOrigin at) =>
        new(at, $"the substitutions expand to more than {options.ExpansionMax} values; use fewer references to large values");
}
