using Mig.Core;
using Mig.Testing;

namespace Mig.FileSystems.Tests.Writing;

public abstract partial class FileSystemWriterContract
{
    // Around the ends of sectors and blocks, and over several.
    private static readonly int[] Lengths = [1, 511, 512, 513, 1023, 1024, 1025, 5000, 65_536, 100_001];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ContentIsReadBackRight(bool isStream)
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);

        foreach (int length in (int[])[0, .. Lengths])
            Create(writer, $"/empty/new{length}", MixedBytes.Make(length, length), isStream);
        CommitAndJudge(writer, target);

        foreach (int length in Lengths)
        {
            Append(writer, $"/empty/new{length}", MixedBytes.Make(length, length + 1), isStream); // from any place in a block to any other
            Append(writer, $"/empty/new{length}", [0xFF], isStream);
        }

        Append(writer, "/nothing", MixedBytes.Make(3000, 1), isStream);
        CommitAndJudge(writer, target);

        foreach (int length in Lengths)
            Replace(writer, $"/empty/new{length}", MixedBytes.Make(length * 3 % 70_000, length), isStream);
        Replace(writer, "/other", [], isStream);
        CommitAndJudge(writer, target);

        Append(writer, "/other", [1, 2, 3], isStream);
        Replace(writer, "/nothing", MixedBytes.Make(2000, 3), isStream);
        Append(writer, "/nothing", [], isStream);
        CommitAndJudge(writer, target);
    }

    [Fact]
    public void FilesAreCutAndLengthenedWithZeros()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);

        foreach (int length in (int[])[20_000, 19_999, 16_384, 16_383, 4097, 1024, 1023, 2])
        {
            SetLength(writer, "/other", length);
            SetLength(writer, "/folder/kept30", length);
            SetLength(writer, "/folder/kept30", length + 1500); // what was cut off must not come back
        }

        SetLength(writer, "/folder/kept7", 0);
        SetLength(writer, "/folder/kept8", 0);
        SetLength(writer, "/folder/kept8", 9000);
        CommitAndJudge(writer, target);

        SetLength(writer, "/folder/kept30", 700);
        SetLength(writer, "/folder/kept7", 100_000);
        SetLength(writer, "/folder/kept8", 0);
        Append(writer, "/folder/kept7", [5], isStream: true);
        Append(writer, "/folder/kept8", [6], isStream: false);
        CommitAndJudge(writer, target);
    }

    [Fact]
    public void HolesReadAsZeros()
    {
        using var target = new MemoryTarget(MakeVolume());
        using IFileSystemWriter writer = Open(target);
        byte[] content = new byte[90_000];
        content[3] = content[40_000] = content[60_001] = 7;

        CreateHoley(writer, "/empty/inside", content);
        CreateHoley(writer, "/empty/atTheEnd", content[..50_000]);
        CreateHoley(writer, "/empty/only", new byte[33_333]);
        writer.Append(Bytes("/folder/kept9"), new HoleySource(content, 512));
        _files["/folder/kept9"] = [.. _files["/folder/kept9"], .. content];
        writer.ReplaceContent(Bytes("/folder/kept10"), new HoleySource(content, 512));
        _files["/folder/kept10"] = content;
        CommitAndJudge(writer, target);

        Append(writer, "/empty/atTheEnd", [1, 2, 3], isStream: true);
        SetLength(writer, "/empty/inside", 60_000);
        SetLength(writer, "/empty/inside", 61_000);
        Append(writer, "/empty/only", [9], isStream: false);
        CommitAndJudge(writer, target);
    }

    private void Create(IFileSystemWriter writer, string path, byte[] content, bool isStream)
    {
        if (isStream)
            writer.CreateFile(Bytes(path), Plain(writer), new MemoryStream(content), content.Length);
        else
            writer.CreateFile(Bytes(path), Plain(writer), new MemorySource(content));
        _files.Add(path, content);
    }

    private void CreateHoley(IFileSystemWriter writer, string path, byte[] content)
    {
        writer.CreateFile(Bytes(path), Plain(writer), new HoleySource(content, 512));
        _files.Add(path, content);
    }

    private void Replace(IFileSystemWriter writer, string path, byte[] content, bool isStream)
    {
        if (isStream)
            writer.ReplaceContent(Bytes(path), new MemoryStream(content), content.Length);
        else
            writer.ReplaceContent(Bytes(path), new MemorySource(content));
        _files[path] = content;
    }

    private void Append(IFileSystemWriter writer, string path, byte[] content, bool isStream)
    {
        if (isStream)
            writer.Append(Bytes(path), new MemoryStream(content), content.Length);
        else
            writer.Append(Bytes(path), new MemorySource(content));
        _files[path] = [.. _files[path], .. content];
    }

    private void SetLength(IFileSystemWriter writer, string path, int length)
    {
        writer.SetLength(Bytes(path), length);
        byte[] content = _files[path];
        _files[path] = [.. content.AsSpan(0, Math.Min(length, content.Length)), .. new byte[Math.Max(0, length - content.Length)]];
    }
}
