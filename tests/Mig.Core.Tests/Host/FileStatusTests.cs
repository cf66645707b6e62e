using System.Globalization;
using Mig.Core.Host;
using Mig.Testing;

namespace Mig.Core.Tests.Host;

/// <summary>What statx(2) says, against stat(1).</summary>
public sealed class FileStatusTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("file", FileType.Regular)]
    [InlineData("folder", FileType.Directory)]
    [InlineData("link", FileType.SymbolicLink)]
    [InlineData("fifo", FileType.Fifo)]
    [InlineData("/dev/null", FileType.CharacterDevice)]
    public void EveryFieldIsWhatStatSays(string name, FileType type)
    {
        Directory.CreateDirectory(_folder["folder"]);
        File.CreateSymbolicLink(_folder["link"], _folder.Write("file", "some text"));
        Tool.Run("ln", _folder["file"], _folder["second name"]);
        Tool.Run("mkfifo", "-m", "620", _folder["fifo"]);
        Tool.Run("touch", "-h", "-d", "@1500000000.123456789", _folder["link"]);
        Tool.Run("touch", "-d", "@1400000000.5", _folder["file"]);
        FileStatus status = FileStatus.Of(_folder[name], followsLinks: false)!.Value;
        string ours = string.Create(
            CultureInfo.InvariantCulture,
            $"{status.Mode:X} {status.Uid} {status.Gid} {status.LinkCount} {status.Inode} {status.Length} {status.Modified.Seconds} "
                + $"{status.Changed.Seconds} {status.SpecialMajor} {status.SpecialMinor}");
        Assert.Equal(type, status.Type);
        string[] theirs = Tool.Run("stat", "-c", "%f %u %g %h %i %s %Y %Z %Hr %Lr", _folder[name]).Trim().Split(' ');
        theirs[0] = (int.Parse(theirs[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0xFFF)
            .ToString("X", CultureInfo.InvariantCulture);
        Assert.Equal(string.Join(' ', theirs), ours);
    }

    [Fact]
    public void LinksAreFollowedWhenTheyShall()
    {
        File.CreateSymbolicLink(_folder["link"], _folder.Write("file", "some text"));
        Assert.Equal(FileType.Regular, FileStatus.Of(_folder["link"], followsLinks: true)?.Type);
        Assert.Equal(FileType.SymbolicLink, FileStatus.Of(_folder["link"], followsLinks: false)?.Type);
        Assert.Null(FileStatus.Of(_folder["missing"], followsLinks: false));
    }

    public void Dispose() => _folder.Dispose();
}
