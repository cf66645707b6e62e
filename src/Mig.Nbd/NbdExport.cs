using Mig.Core;

namespace Mig.Nbd;

/// <summary>A disk that is served to one connection or to several.</summary>
/// <param name="name">Its name for logs, without what is secret.</param>
/// <param name="description">For people.</param>
/// <param name="source">The disk. One that is an <see cref="ICachedSource"/> is read ahead.</param>
/// <param name="target">The disk again when it may be written; null when it may not.</param>
/// <param name="close">Called once, when nobody uses it any more.</param>
public sealed class NbdExport(string name, string description, IByteSource source, IByteTarget? target = null, Action? close = null)
    : IDisposable
{
    private Action? _close = close;

    public string Name => name;

    public string Description => description;

    public IByteSource Source => source;

    public IByteTarget? Target => target;

    public void Dispose() => Interlocked.Exchange(ref _close, null)?.Invoke();
}
