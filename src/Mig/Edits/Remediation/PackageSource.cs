using System.Collections.Concurrent;
using Mig.Edits.Packages;

namespace Mig.Edits.Remediation;

/// <summary>A folder of packages for images of several architectures, read once for each. For several threads.</summary>
internal sealed class PackageSource(string folder)
{
    private readonly ConcurrentDictionary<string, Lazy<DebFolder>> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<DebFile>> _files = new(StringComparer.Ordinal);

    public DebFolder For(string architecture) =>
        _folders.GetOrAdd(architecture, _ => new Lazy<DebFolder>(() => new DebFolder(folder, architecture))).Value;

    public DebFile Read(string path) => _files.GetOrAdd(path, _ => new Lazy<DebFile>(() => DebFile.Read(path))).Value;
}
