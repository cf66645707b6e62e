namespace Mig.Images.Extract;

/// <summary>Counts what is left out, from several threads.</summary>
internal sealed class LeftOutCounter
{
    private long _owners;
    private long _setIdBits;
    private long _nodes;
    private long _xattrs;
    private long _times;

    public void Owner() => Interlocked.Increment(ref _owners);

    public void SetIdBit() => Interlocked.Increment(ref _setIdBits);

    public void Node() => Interlocked.Increment(ref _nodes);

    public void Xattrs(int count = 1) => Interlocked.Add(ref _xattrs, count);

    public void Time() => Interlocked.Increment(ref _times);

    public LeftOut Sum() => new() { Owners = _owners, SetIdBits = _setIdBits, Nodes = _nodes, Xattrs = _xattrs, Times = _times };
}
