using System.Diagnostics.CodeAnalysis;

namespace Dpu.Kernel;

/// <summary>
/// A queue that any thread may add to and one thread at a time takes from; first in, first out. Lock-free: producers push
/// onto a stack by compare-and-swap, the consumer takes the whole stack and turns it round. Empty it holds no memory, and
/// closing is exact: every item is either taken or refused.
/// </summary>
internal struct MpscQueue
{
    private static readonly Node ClosedMark = new(new object());

    /// <summary>Newest first; any thread.</summary>
    private Node? _pushed;

    /// <summary>Oldest first; consumer only.</summary>
    private Node? _front;

    public readonly bool IsEmpty => _front is null && NothingPushed;

    private readonly bool NothingPushed
    {
        get
        {
            var pushed = Volatile.Read(in _pushed);
            return pushed is null || ReferenceEquals(pushed, ClosedMark);
        }
    }

    /// <returns>False when the queue was closed.</returns>
    public bool TryEnqueue(object item)
    {
        var node = new Node(item);
        var head = Volatile.Read(ref _pushed);
        while (!ReferenceEquals(head, ClosedMark))
        {
            node.Next = head;
            var seen = Interlocked.CompareExchange(ref _pushed, node, head);
            if (ReferenceEquals(seen, head))
            {
                return true;
            }

            head = seen;
        }

        return false;
    }

    public bool TryDequeue([NotNullWhen(true)] out object? item)
    {
        var node = _front ??= TakePushed();
        if (node is null)
        {
            item = null;
            return false;
        }

        _front = node.Next;
        // Cut, or a node that the collector promoted would keep all its successors alive.
        node.Next = null;
        item = node.Item;
        return true;
    }

    /// <summary>Puts an item before all others; consumer only.</summary>
    public void PutBack(object item) => _front = new Node(item) { Next = _front };

    /// <summary>How many items can be taken now, counted up to <paramref name="limit"/>; consumer only.</summary>
    public int CountUpTo(int limit)
    {
        AppendPushed(limit);
        var count = 0;
        for (var node = _front; node is not null && count < limit; node = node.Next)
        {
            count++;
        }

        return count;
    }

    /// <summary>Refuses everything from now on; what was accepted can still be taken. Consumer only.</summary>
    public void Close() => Join(Reverse(Interlocked.Exchange(ref _pushed, ClosedMark)));

    private void AppendPushed(int limit)
    {
        var node = _front;
        for (var i = 1; i < limit && node is not null; i++)
        {
            node = node.Next;
        }

        if (node is null)
        {
            Join(TakePushed());
        }
    }

    private void Join(Node? chain)
    {
        if (_front is null)
        {
            _front = chain;
            return;
        }

        var last = _front;
        while (last.Next is not null)
        {
            last = last.Next;
        }

        last.Next = chain;
    }

    private Node? TakePushed() => NothingPushed ? null : Reverse(Interlocked.Exchange(ref _pushed, null));

    private static Node? Reverse(Node? newestFirst)
    {
        Node? oldestFirst = null;
        while (newestFirst is not null && !ReferenceEquals(newestFirst, ClosedMark))
        {
            var next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }

    private sealed class Node(object item)
    {
        public readonly object Item = item;
        public Node? Next;
    }
}
