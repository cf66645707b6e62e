using Mig.Core;

namespace Mig.FileSystems;

/// <summary>Is told what of a volume is in use while its file system is read, from several threads at once.</summary>
public interface ISpaceWatcher
{
    /// <summary>Stands for the format itself, where no node has the space.</summary>
    const long NoNode = -1;

    /// <summary>Takes a range that is in use; the same one may come more than once.</summary>
    /// <param name="range">On the volume; need not be whole blocks.</param>
    /// <param name="node">Whose it is, or <see cref="NoNode"/>.</param>
    /// <param name="what">What lies there, for messages: <c>directory</c>, <c>content</c>.</param>
    void InUse(ByteRange range, long node, string what);

    /// <summary>Takes note that not all that is in use could be found.</summary>
    void Doubt(string reason);
}
