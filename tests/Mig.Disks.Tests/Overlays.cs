using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests;

/// <summary>Writes disks that lie over others.</summary>
internal static class Overlays
{
    private const int BlockLength = 1 << 16;

    /// <summary>
    /// Writes <c>base.FORMAT</c> and, over it, <c>top.FORMAT</c>, which owns every other block: the base has nonsense there.
    /// </summary>
    public static void Write(TestFolder folder, string format, byte[] content)
    {
        byte[] below = [.. content];
        for (int start = 0; start < content.Length; start += 2 * BlockLength)
            below.AsSpan(start, Math.Min(BlockLength, content.Length - start)).Fill(0xEE);
        Disks.Write(folder[$"base.{format}"], format, below);
        using DiskImage opened = DiskFormats.Open(folder[$"base.{format}"], null, Limits.Default);
        using IThinWriter writer = DiskFormats.CreateThin(
            folder[$"top.{format}"], format, content.Length, false, new BackingDisk($"base.{format}", format, opened.ContentId));
        for (int start = 0; start < content.Length; start += 2 * BlockLength)
        {
            int length = Math.Min(BlockLength, content.Length - start);
            writer.Own(new ByteRange(start, length));
            writer.Write(start, content.AsSpan(start, length));
        }

        writer.Complete();
    }
}
