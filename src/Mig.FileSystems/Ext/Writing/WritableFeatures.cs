using System.Numerics;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Refuses file systems with features that this writer would break.</summary>
internal static class WritableFeatures
{
    private const ReadOnlyCompatibleFeatures Writable = ReadOnlyCompatibleFeatures.SparseSuper | ReadOnlyCompatibleFeatures.LargeFile
        | ReadOnlyCompatibleFeatures.HugeFile
        | ReadOnlyCompatibleFeatures.GroupChecksums | ReadOnlyCompatibleFeatures.DirectoryLinkCount
            | ReadOnlyCompatibleFeatures.ExtraInodeSize | ReadOnlyCompatibleFeatures.BigAlloc
        | ReadOnlyCompatibleFeatures.MetadataChecksums | ReadOnlyCompatibleFeatures.Project | ReadOnlyCompatibleFeatures.Verity
            | ReadOnlyCompatibleFeatures.OrphanPresent;

    /// <exception cref="UnsupportedFeatureException">There is such a feature.</exception>
    public static void Check(Geometry geometry)
    {
        uint refused = (uint)(geometry.ReadOnlyCompatible & ~Writable);
        if (refused != 0)
            throw Refuse(Describe((ReadOnlyCompatibleFeatures)(1u << BitOperations.TrailingZeroCount(refused))));
        if (geometry.Has(ReadOnlyCompatibleFeatures.BigAlloc) && !geometry.Has(IncompatibleFeatures.Extents))
            throw Refuse("bigalloc without extents");
    }

    /// <exception cref="RefusedOperationException">The file system must be checked first.</exception>
    public static void CheckState(Geometry geometry)
    {
        if ((geometry.State & Superblock.StateErrors) != 0)
            throw new RefusedOperationException(
                RefusalReason.InUse, "the file system has recorded errors; let e2fsck repair it before it is changed");
        if ((geometry.State & Superblock.StateClean) == 0 && !geometry.Has(CompatibleFeatures.HasJournal))
            throw new RefusedOperationException(
                RefusalReason.InUse, "the file system was not unmounted and has no journal; let e2fsck check it before it is changed");
    }

    private static UnsupportedFeatureException Refuse(string feature) =>
        new($"changing ext4 with {feature}", "nothing was changed; mount the volume to change it, or take the feature away with tune2fs");

    private static string Describe(ReadOnlyCompatibleFeatures feature) => feature switch
    {
        ReadOnlyCompatibleFeatures.Quota => "quota",
        ReadOnlyCompatibleFeatures.SharedBlocks => "shared_blocks",
        ReadOnlyCompatibleFeatures.ReadOnly => "read-only",
        ReadOnlyCompatibleFeatures.HasSnapshot => "snapshots",
        ReadOnlyCompatibleFeatures.Replica => "replica",
        ReadOnlyCompatibleFeatures.BTreeDirectory => "btree_dir",
        _ => $"read-only compatible feature 0x{(uint)feature:x}",
    };
}
