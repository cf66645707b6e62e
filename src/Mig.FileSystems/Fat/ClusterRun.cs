namespace Mig.FileSystems.Fat;

/// <summary>Clusters that follow each other on the volume and in their chain.</summary>
internal readonly record struct ClusterRun(int First, int Count)
{
    public int Last => First + Count - 1;
}
