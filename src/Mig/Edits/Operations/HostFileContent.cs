using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>The content of a file of the host, holes included.</summary>
public sealed record HostFileContent(string HostPath) : FileContent
{
    internal override void Read(Action<IByteSource> read)
    {
        using FileSource source = FileSource.OpenWatched(HostPath);
        read(source);
        source.CheckUnchanged();
    }
}
