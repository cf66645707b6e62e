using Mig.Core;
using Mig.Disks;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>A disk in a file: what it says is stored, and the beginning of that.</summary>
internal abstract class DiskTarget : FuzzTarget
{
    private const int MaxReads = 200;

    /// <summary>The name of the format, which is that of the target, too.</summary>
    public sealed override string Name => Format;

    protected abstract string Format { get; }

    /// <summary>Where the input stands, beside whatever it names.</summary>
    protected TestFolder Folder { get; } = new();

    public override void Run(byte[] input)
    {
        using DiskImage disk = DiskFormats.Open(Folder.Write($"input.{Format}", input), Format, Limits.Default);
        byte[] buffer = new byte[1 << 16];
        long end = 0;
        int left = MaxReads;
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
        Folder.Dispose();
        base.Dispose();
    }
}
