using Mig.Testing;

namespace Mig.Core.Tests;

public sealed class FileSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void HolesAreNotStoredRanges()
    {
        string path = _folder.Sparse("holes", 8 << 20);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = 1 << 20;
            file.Write(MixedBytes.Make(4096, 1));
            file.Position = 5 << 20;
            file.Write(new byte[8192]); // written zeros may count as stored
        }

        using FileSource source = FileSource.Open(path);
        List<ByteRange> stored = [.. source.GetStoredRanges(new ByteRange(0, source.Length))];
        Assert.Contains(stored, range => range.Contains(new ByteRange(1 << 20, 4096)));
        Assert.True(stored.Sum(range => range.Length) < 1 << 20, "the holes are said to be stored");
        Assert.Empty(source.GetStoredRanges(new ByteRange(6 << 20, 1 << 20)));
    }

    [Fact]
    public void AFileThatIsOneHoleHasNoStoredRanges()
    {
        using FileSource source = FileSource.Open(_folder.Sparse("hole", 1 << 20));
        Assert.Empty(source.GetStoredRanges(new ByteRange(0, source.Length)));
        byte[] read = new byte[100];
        source.ReadExactly(5, read);
        Assert.True(ZeroBytes.IsZero(read));
    }

    [Fact]
    public void AFileThatShrinksIsAnErrorAndNeverZeros()
    {
        string path = _folder.Write("shrinks", MixedBytes.Make(1 << 20, 5));
        using FileSource source = FileSource.Open(path);
        Tool.Run("truncate", "-s", $"{1 << 18}", path);
        Assert.Contains("had 1048576 bytes, and ends at 262144 now",
            Assert.Throws<ChangedFileException>(() => source.ReadExactly((1 << 18) - 10, new byte[20])).Message, StringComparison.Ordinal);
        // What is gone must not pass for a hole.
        Assert.Contains("had 1048576 bytes, and ends at 262144 now", Assert.Throws<ChangedFileException>(() =>
            source.GetStoredRanges(new ByteRange(0, source.Length)).ToList()).Message, StringComparison.Ordinal);
        Assert.Contains("had 1048576 bytes, and ends at 262144 now", Assert.Throws<ChangedFileException>(() =>
            source.GetStoredRanges(new ByteRange(1 << 19, 1 << 10)).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatGrowsKeepsItsFirstLength()
    {
        string path = _folder.Write("grows", MixedBytes.Make(10_000, 5));
        using FileSource source = FileSource.Open(path);
        Tool.Run("truncate", "-s", "20000", path);
        Assert.Equal(10_000, source.Length);
        Assert.Equal(10_000, source.GetStoredRanges(new ByteRange(0, long.MaxValue)).Sum(range => range.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.ReadExactly(9_999, new byte[2]));
    }

    [Fact]
    public void WhatIsNoFileIsRefused()
    {
        Assert.Throws<NotFoundException>(() => FileSource.Open(_folder["missing"]));
        Assert.Throws<UsageException>(() => FileSource.Open(_folder.Path));
        Assert.Throws<UsageException>(() => FileSource.Open("/dev/null"));
        Assert.Throws<NotFoundException>(() => FileSource.Open(_folder["missing/below"]));
        Tool.Run("mkfifo", _folder["fifo"]);
        Assert.Throws<UsageException>(() => FileSource.Open(_folder["fifo"]));
    }

    [Fact]
    public void SubSourceRefusesAWindowOutside()
    {
        var inner = new MemorySource(new byte[100]);
        foreach (ByteRange window in (ByteRange[])[
            new(-1, 5), new(0, 101), new(100, 1), new(0, -1), new(long.MaxValue, 1), new(1, long.MaxValue)])
            Assert.Throws<ArgumentOutOfRangeException>(() => new SubSource(inner, window));
        using var empty = new SubSource(inner, new ByteRange(100, 0));
        Assert.Equal(0, empty.Length);
    }

    public void Dispose() => _folder.Dispose();
}
