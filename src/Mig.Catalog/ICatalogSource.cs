using Mig.Core;
using Mig.History.Commits;
using Mig.Store;

namespace Mig.Catalog;

/// <summary>The repository that a catalogue is about.</summary>
public interface ICatalogSource
{
    /// <summary>The objects; only trees are read from it.</summary>
    IObjectSource Store { get; }

    /// <summary>What images may hold.</summary>
    Limits Limits { get; }

    /// <summary>The commits whose parents are not here.</summary>
    IReadOnlySet<ObjectId> Shallow { get; }

    /// <summary>Reads a commit, without parents when it is shallow.</summary>
    Commit ReadCommit(CommitId id);

    /// <summary>Returns the volumes of an image that were looked into, each with another name, unless an image was made by hand.</summary>
    IReadOnlyList<CatalogVolume> ReadVolumes(ImageId id);

    /// <summary>Returns the packages that an image has, always in the same order.</summary>
    IReadOnlyList<CatalogPackage> ReadPackages(ImageId id);
}
