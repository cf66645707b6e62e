using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>The content of a file of the host, holes included.</summary>
public sealed record HostFileContent(string HostPath) : FileContent
{
    internal override IByteSource Open() => FileSource.Open(HostPath);
}
