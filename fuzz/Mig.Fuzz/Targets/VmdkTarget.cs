using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>Sparse and stream-optimised extents, and descriptors.</summary>
internal sealed class VmdkTarget : DiskTarget
{
    public VmdkTarget() => Seeds = Make();

    public override IReadOnlyList<byte[]> Seeds { get; }

    protected override string Format => "vmdk";

    private List<byte[]> Make()
    {
        string raw = Folder.Write("raw", MixedBytes.Make(300 * 1024, 5));
        var seeds = new List<byte[]>();
        foreach (string subformat in (string[])["monolithicSparse", "streamOptimized", "monolithicFlat"])
        {
            string path = Folder[subformat + ".vmdk"];
            Tool.Run("qemu-img", "convert", "-f", "raw", "-O", Format, "-o", $"subformat={subformat}", raw, path);
            seeds.Add(File.ReadAllBytes(path));
        }

        return seeds;
    }
}
