using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>A volume open for changes: its parts, and what all operations need.</summary>
internal sealed class WritableVolume
{
    private readonly TimeProvider _clock;

    public WritableVolume(IByteTarget target, Geometry geometry, Limits limits, TimeProvider clock)
    {
        _clock = clock;
        Geometry = geometry;
        Limits = limits;
        Store = new SectorStore(target, geometry);
        Entries = new AllocationTable(Store, geometry);
        Chains = new ClusterChains(Entries, geometry, limits);
        Directories = new DirectoryReader(Store, geometry, Chains);
        Table = new WritableTable(geometry, Store, Entries);
    }

    public Geometry Geometry { get; }

    public Limits Limits { get; }

    public SectorStore Store { get; }

    public AllocationTable Entries { get; }

    public ClusterChains Chains { get; }

    public DirectoryReader Directories { get; }

    public WritableTable Table { get; }

    /// <summary>The time, as near as the format can hold it.</summary>
    public Timestamp Now
    {
        get
        {
            var now = new Timestamp(_clock.GetUtcNow().ToUnixTimeSeconds(), 0);
            return now < FatTime.Min ? FatTime.Min : now > FatTime.Max ? FatTime.Max : now;
        }
    }

    /// <summary>Returns all clusters of a chain.</summary>
    public List<ClusterRun> Follow(int first) =>
        first == 0 ? [] : Chains.Follow(first, Geometry.ClusterCount + 1L, $"chain from cluster {first}");
}
