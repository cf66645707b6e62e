using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>QCOW2 disks: plain, with subclusters, compressed both ways, over a backing file.</summary>
internal sealed class Qcow2Target : DiskTarget
{
    public Qcow2Target() => Seeds = Make();

    public override IReadOnlyList<byte[]> Seeds { get; }

    protected override string Format => "qcow2";

    private List<byte[]> Make()
    {
        string raw = Folder.Write("raw", MixedBytes.Make(300 * 1024, 5));
        var seeds = new List<byte[]>();
        foreach (string options in (string[])["compat=0.10,cluster_size=4k", "cluster_size=512", "extended_l2=on,cluster_size=16k",
            "cluster_size=4k -c", "compression_type=zstd,cluster_size=4k -c"])
        {
            string path = Folder["seed.qcow2"];
            Tool.Run("qemu-img", ["convert", "-f", "raw", "-O", Format, "-o", .. options.Split(' '), raw, path]);
            seeds.Add(File.ReadAllBytes(path));
        }

        string over = Folder["over.qcow2"];
        Tool.Run("qemu-img", "create", "-q", "-f", Format, "-b", "raw", "-F", "raw", over);
        seeds.Add(File.ReadAllBytes(over));
        return seeds;
    }
}
