using Mig.Core;
using Mig.Disks;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>QCOW2 disks: plain, with subclusters, compressed both ways, over a backing file.</summary>
internal sealed class Qcow2Target : FuzzTarget
{
    private const string Format = "qcow2";
    private readonly TestFolder _folder = new();

    public Qcow2Target() => Seeds = Make();

    public override string Name => Format;

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Run(byte[] input)
    {
        using DiskImage disk = DiskFormats.Open(_folder.Write("input.qcow2", input), Format, Limits.Default);
        byte[] buffer = new byte[1 << 16];
        long end = 0;
        int left = 200;
        foreach (ByteRange range in disk.Content.GetStoredRanges(new ByteRange(0, disk.Content.Length)))
        {
            if (range.Offset < end || range.Length <= 0 || range.End > disk.Content.Length)
                throw new InvalidOperationException($"stored range {range} after {end} of {disk.Content.Length}");
            end = range.End;
            for (long at = range.Offset; at < range.End && left > 0; at += buffer.Length, left--)
                disk.Content.ReadExactly(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - at)));
            if (left-- <= 0)
                break;
        }
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    private List<byte[]> Make()
    {
        string raw = _folder.Write("raw", MixedBytes.Make(300 * 1024, 5));
        var seeds = new List<byte[]>();
        foreach (string options in (string[])["compat=0.10,cluster_size=4k", "cluster_size=512", "extended_l2=on,cluster_size=16k", "cluster_size=4k -c", "compression_type=zstd,cluster_size=4k -c"])
        {
            string path = _folder["seed.qcow2"];
            Tool.Run("qemu-img", ["convert", "-f", "raw", "-O", Format, "-o", .. options.Split(' '), raw, path]);
            seeds.Add(File.ReadAllBytes(path));
        }

        string over = _folder["over.qcow2"];
        Tool.Run("qemu-img", "create", "-q", "-f", Format, "-b", "raw", "-F", "raw", over);
        seeds.Add(File.ReadAllBytes(over));
        return seeds;
    }
}
