using Mig.Core;
using Mig.Disks;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>Sparse and stream-optimised extents, and descriptors.</summary>
internal sealed class VmdkTarget : FuzzTarget
{
    private readonly TestFolder _folder = new();

    public VmdkTarget() => Seeds = Make();

    public override string Name => "vmdk";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Run(byte[] input)
    {
        using DiskImage disk = DiskFormats.Open(_folder.Write("input.vmdk", input), FormatProbe, Limits.Default);
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

    private const string FormatProbe = "vmdk";

    private List<byte[]> Make()
    {
        string raw = _folder.Write("raw", MixedBytes.Make(300 * 1024, 5));
        var seeds = new List<byte[]>();
        foreach (string subformat in (string[])["monolithicSparse", "streamOptimized", "monolithicFlat"])
        {
            string path = _folder[subformat + ".vmdk"];
            Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"subformat={subformat}", raw, path);
            seeds.Add(File.ReadAllBytes(path));
        }

        return seeds;
    }
}
