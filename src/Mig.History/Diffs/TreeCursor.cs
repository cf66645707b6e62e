using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Diffs;

/// <summary>
/// Goes through a directory in the order of its names. Where it is a tree of trees, it stands before a whole node, which can be skipped
/// unread or opened.
/// </summary>
internal sealed class TreeCursor
{
    private readonly IObjectSource _store;
    private readonly Stack<(TreeNode Node, TreeId Id, int Next)> _open = new();
    private ReadOnlyMemory<byte>? _last;

    /// <param name="tree">Null for a directory that is not there.</param>
    public TreeCursor(IObjectSource store, TreeId? tree)
    {
        _store = store;
        if (tree is { } root)
            Push(root, TreeReader.ReadNode(store, root));
        Settle();
    }

    /// <summary>Whether all was passed.</summary>
    public bool IsAtEnd => _open.Count == 0;

    /// <summary>The entry that the cursor stands before; null before a node.</summary>
    public TreeEntry? Entry { get; private set; }

    /// <summary>The node that the cursor stands before, when there is no entry.</summary>
    public TreeId Node { get; private set; }

    /// <summary>How far the node is from the entries.</summary>
    public int NodeLevel { get; private set; }

    /// <summary>The name of the entry, or the first one in the node.</summary>
    public ReadOnlyMemory<byte> Name { get; private set; }

    /// <summary>Passes the entry or the whole node.</summary>
    public void Skip()
    {
        (TreeNode node, TreeId id, int next) = _open.Pop();
        _open.Push((node, id, next + 1));
        Settle();
    }

    /// <summary>Goes into the node.</summary>
    public void Open()
    {
        (TreeNode node, TreeId parent, int next) = _open.Pop();
        TreeNode child = TreeReader.ReadChild(_store, node, next);
        _open.Push((node, parent, next + 1));
        Push(node.Children[next].Tree, child);
        Settle();
    }

    private void Push(TreeId id, TreeNode node) => _open.Push((node, id, 0));

    private void Settle()
    {
        while (_open.TryPeek(out (TreeNode Node, TreeId Id, int Next) top)
            && top.Next >= (top.Node.Level == 0 ? top.Node.Entries.Count : top.Node.Children.Count))
            _open.Pop();
        Entry = null;
        if (_open.Count == 0)
            return;
        (TreeNode node, TreeId id, int next) = _open.Peek();
        if (node.Level == 0)
        {
            Entry = node.Entries[next];
            Name = Entry.Name;
            if (next == 0 && _last is { } last && last.Span.SequenceCompareTo(Name.Span) >= 0)
                throw TreeReader.Overlapping(id);
            _last = Name;
        }
        else
        {
            (Name, Node) = node.Children[next];
            NodeLevel = node.Level - 1;
        }
    }
}
