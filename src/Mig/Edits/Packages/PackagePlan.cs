namespace Mig.Edits.Packages;

/// <summary>A package with what was found out about it for an image.</summary>
internal sealed class PackagePlan(DebFile file)
{
    private readonly List<string> _reasons = [], _rewrites = [];

    public DebFile File => file;

    /// <summary>Its files, in the archive's order.</summary>
    public List<DebEntry> Entries { get; } = [];

    /// <summary>Its configuration files with their digests, as the package lists them.</summary>
    public List<(string Path, string Digest)> Conffiles { get; } = [];

    /// <summary>The package that it wakes to write the linker's cache; null when it does not.</summary>
    public string? Wakes { get; set; }

    public bool IsNative => _reasons.Count == 0;

    /// <summary>Why it must run.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    public void MustRun(string reason)
    {
        if (!_reasons.Contains(reason))
            _reasons.Add(reason);
    }

    /// <summary>Notes something that a script would do.</summary>
    public void Rewrite(string what) => _rewrites.Add(what);

    public PlannedPackage Describe() => new(file.Control.Name, file.Control.Version, file.Control.Architecture,
        !IsNative ? InstallRoute.MustRun : _rewrites.Count > 0 ? InstallRoute.Rewritten : InstallRoute.Native,
        IsNative ? [.. _rewrites] : [.. _reasons]);
}
