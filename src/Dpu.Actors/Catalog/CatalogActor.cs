using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Catalog;

/// <summary>What the <see cref="CatalogActor"/> understands.</summary>
public abstract record CatalogMessage
{
    private CatalogMessage()
    {
    }

    /// <summary>Register these files; those that are known by their id already are left alone. Answered once it is durable.</summary>
    public sealed record Register(ImmutableArray<CatalogFile> Files, IActorRef<FilesRegistered> ReplyTo) : CatalogMessage;
}

/// <summary>Which of the files are new.</summary>
public sealed record FilesRegistered(ImmutableHashSet<string> NewIds);

/// <summary>Registers files from outside, each once. Outputs of tasks do not come this way: they are part of their job's events.</summary>
public sealed class CatalogActor(IEventJournal journal) : PersistentActor<CatalogMessage, CatalogEvent, ImmutableHashSet<string>>(journal)
{
    protected override string PersistenceId => "catalog";

    protected override ImmutableHashSet<string> EmptyState => ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    protected override ImmutableHashSet<string> Apply(ImmutableHashSet<string> state, CatalogEvent @event) => @event switch
    {
        CatalogEvent.FilesRegistered registered => state.Union(registered.Files.Select(file => file.Id)),
        _ => throw new InvalidOperationException($"The catalog knows no event {@event.GetType().Name}."),
    };

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<CatalogMessage> messages)
    {
        var known = State.ToBuilder();
        var events = new List<CatalogEvent>();
        var replies = new List<Action>();
        foreach (var register in messages.Cast<CatalogMessage.Register>())
        {
            var fresh = register.Files.Where(file => known.Add(file.Id)).ToImmutableArray();
            if (!fresh.IsEmpty)
            {
                events.Add(new CatalogEvent.FilesRegistered(fresh, Context.Time.GetUtcNow()));
            }

            var ids = fresh.Select(file => file.Id).ToImmutableHashSet(StringComparer.Ordinal);
            replies.Add(() => register.ReplyTo.Tell(new FilesRegistered(ids)));
        }

        await PersistAsync(events);
        replies.ForEach(reply => reply());
    }
}
