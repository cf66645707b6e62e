using System.Collections.Concurrent;

namespace Mig.Fuse;

/// <summary>What the kernel knows of a mount: the nodes that it may ask for by number, and the files that are open.</summary>
internal sealed class MountState(MountedNode root, MountOptions options, Action<Exception> report)
{
    private const ulong RootId = 1;

    private readonly ConcurrentDictionary<ulong, object> _open = new();
    private readonly Dictionary<ulong, (MountedNode Node, ulong Count)> _nodes = [];
    private readonly Dictionary<ulong, ulong> _ids = [];
    private readonly Lock _gate = new();
    private ulong _lastId = RootId;
    private ulong _lastHandle;

    public MountOptions Options => options;

    /// <summary>Says what went wrong where the asker gets only a number.</summary>
    public void Report(Exception e) => report(e);

    /// <summary>Returns a node that the kernel was told of.</summary>
    public MountedNode? Find(ulong id)
    {
        if (id == RootId)
            return root;
        lock (_gate)
            return _nodes.TryGetValue(id, out (MountedNode Node, ulong Count) found) ? found.Node : null;
    }

    /// <summary>Keeps a node until the kernel has forgotten it as often as it was told of it. All names of a file are one node.</summary>
    /// <returns>The number that the kernel asks by.</returns>
    public ulong Remember(MountedNode node)
    {
        lock (_gate)
        {
            if (!_ids.TryGetValue(node.Inode, out ulong id))
            {
                id = ++_lastId;
                _ids[node.Inode] = id;
                _nodes[id] = (node, 1);
                return id;
            }

            (MountedNode known, ulong count) = _nodes[id];
            _nodes[id] = (known, count + 1);
            return id;
        }
    }

    public void Forget(ulong id, ulong count)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(id, out (MountedNode Node, ulong Count) found))
                return;
            if (found.Count > count)
            {
                _nodes[id] = (found.Node, found.Count - count);
                return;
            }

            _nodes.Remove(id);
            _ids.Remove(found.Node.Inode);
        }
    }

    /// <summary>Keeps what was opened.</summary>
    /// <returns>The number that the kernel gives back.</returns>
    public ulong Keep(IDisposable opened)
    {
        ulong handle = Interlocked.Increment(ref _lastHandle);
        _open[handle] = opened;
        return handle;
    }

    /// <summary>Whether no file or folder of it is open.</summary>
    public bool IsClosed => _open.IsEmpty;

    public object? Opened(ulong handle) => _open.GetValueOrDefault(handle);

    public void Drop(ulong handle)
    {
        if (_open.TryRemove(handle, out object? opened))
            ((IDisposable)opened).Dispose();
    }
}
