using Mig.Core;

namespace Mig.Disks.Tests;

/// <summary>Reads and writes whole disks through mig.</summary>
internal static class Disks
{
    public static byte[] ReadAll(string path, string? format = null)
    {
        using DiskImage disk = DiskFormats.Open(path, format, Limits.Default);
        return ReadAll(disk.Content);
    }

    public static byte[] ReadAll(IByteSource source)
    {
        byte[] bytes = new byte[source.Length];
        source.ReadExactly(0, bytes);
        return bytes;
    }

    /// <summary>Reads only what the source says it stores; the rest is zero.</summary>
    public static byte[] ReadStored(IByteSource source)
    {
        byte[] bytes = new byte[source.Length];
        foreach (ByteRange range in source.GetStoredRanges(new ByteRange(0, source.Length)))
            source.ReadExactly(range.Offset, bytes.AsSpan((int)range.Offset, (int)range.Length));
        return bytes;
    }

    /// <summary>Writes content in pieces that respect no grain; backwards, where the format lets one.</summary>
    public static void Write(string path, string format, byte[] content, bool overwrite = false, int pieceLength = 100_000)
    {
        using IDiskWriter writer = DiskFormats.Create(path, format, content.Length, overwrite);
        WritePieces(writer, content, pieceLength);
        writer.Complete();
    }

    public static void WritePieces(IDiskWriter writer, byte[] content, int pieceLength = 100_000)
    {
        IEnumerable<int> offsets = Enumerable.Range(0, (content.Length + pieceLength - 1) / pieceLength).Select(i => i * pieceLength);
        foreach (int offset in writer.IsSequential ? offsets : offsets.Reverse())
            writer.Write(offset, content.AsSpan(offset, Math.Min(pieceLength, content.Length - offset)));
    }

    public static void AssertSame(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int same = expected.AsSpan().CommonPrefixLength(actual);
        Assert.True(same == expected.Length, $"first difference at {same} of {expected.Length}");
    }
}
