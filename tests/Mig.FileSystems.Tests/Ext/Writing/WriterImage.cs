using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>An image open for changes, with the judges that every change is shown to.</summary>
internal sealed class WriterImage : IDisposable
{
    private readonly FileTarget _target;

    public WriterImage(string path)
    {
        Path = path;
        _target = FileTarget.Open(path);
        Writer = FileSystemFormats.OpenWriter(_target, Limits.Default, Clock)!;
    }

    public static NodeMetadata Metadata { get; } = new(0x1A4);

    public string Path { get; }

    public TestClock Clock { get; } = new();

    public IFileSystemWriter Writer { get; }

    /// <summary>Makes an empty file system and opens it.</summary>
    public static WriterImage Make(string path, string size, string options)
    {
        ExtImages.Make(path, size, options);
        return new WriterImage(path);
    }

    /// <summary>Commits, and asks e2fsck and the kernel whether all is well.</summary>
    /// <returns>The tree as the kernel sees it.</returns>
    public IReadOnlyList<TreeEntry> CommitAndJudge()
    {
        Writer.Commit();
        string? complaint = ExtImages.FindComplaint(Path);
        Assert.True(complaint is null, complaint);
        IReadOnlyList<TreeEntry> seen;
        using (var mount = new LoopMount(Path, "ro"))
            seen = HostTree.Read(mount.Path, ExtImages.VisibleAttributes);
        TreeComparison.AssertEqual(seen, VolumeTree.Read(Path, ExtImages.VisibleAttributes));
        return seen;
    }

    public void Dispose()
    {
        Writer.Dispose();
        _target.Dispose();
    }
}
