using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>A package that one side has installed.</summary>
/// <param name="Name">What it is called on all sides; with the architecture where several may be installed.</param>
/// <param name="Version">As its package manager orders them.</param>
internal sealed record SidePackage(string Name, string Version)
{
    /// <summary>What it is called in whatever version.</summary>
    public string Title { get; init; } = Name;

    /// <summary>What else the database says of it: equal for what was not changed.</summary>
    public string Signature { get; init; } = "";

    /// <summary>The directory of the database that is its own; empty where there is none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Its files, from the root, without a slash at the start. Directories may be among them.</summary>
    public Func<IReadOnlyList<string>> Files { get; init; } = static () => [];

    /// <summary>Those of its files that users are expected to change, and the digests that they came with.</summary>
    public Func<IReadOnlyList<(string Path, DigestAlgorithm Algorithm, string Digest)>> Configuration { get; init; } = static () => [];
}
