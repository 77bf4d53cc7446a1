namespace Dpu.Kernel;

internal sealed class ActorStash<TMessage>(ActorCell<TMessage> cell) : IStash<TMessage>
    where TMessage : class
{
    private readonly List<TMessage> _kept = [];

    public int Count => _kept.Count;

    public void Stash(TMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_kept.Count >= cell.StashCapacity)
        {
            throw new StashOverflowException(cell.Path, cell.StashCapacity);
        }

        _kept.Add(message);
    }

    public void UnstashAll()
    {
        cell.PutBack(_kept);
        _kept.Clear();
    }
}
