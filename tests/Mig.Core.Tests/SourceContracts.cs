using Mig.Testing;

namespace Mig.Core.Tests;

public sealed class MemorySourceContract : ByteSourceContract
{
    protected override IByteSource Open(byte[] content) => new MemorySource(content);
}

/// <summary>A window in the middle of other bytes.</summary>
public sealed class SubSourceContract : ByteSourceContract
{
    protected override IByteSource Open(byte[] content)
    {
        byte[] around = new byte[content.Length + 3000];
        new Random(1).NextBytes(around);
        content.CopyTo(around, 1234);
        return new SubSource(new MemorySource(around), new ByteRange(1234, content.Length));
    }
}

/// <summary>A file whose long zeros are holes.</summary>
public sealed class SparseFileSourceContract : ByteSourceContract, IDisposable
{
    private readonly TestFolder _folder = new();

    protected override IByteSource Open(byte[] content) => FileSource.Open(SparseFile.Write(_folder["sparse"], content));

    public void Dispose() => _folder.Dispose();
}

public sealed class FileSourceContract : ByteSourceContract, IDisposable
{
    private readonly TestFolder _folder = new();

    protected override IByteSource Open(byte[] content) => FileSource.Open(_folder.Write("full", content));

    public void Dispose() => _folder.Dispose();
}

/// <summary>A block device, which has no holes to tell of.</summary>
public sealed class BlockDeviceSourceContract : ByteSourceContract, IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Stack<IDisposable> _open = new();

    protected override IByteSource? Open(byte[] content)
    {
        if (content.Length == 0)
            return null; // a loop device has at least one sector
        var device = new LoopDevice(_folder.Write($"device{_open.Count}", content));
        _open.Push(device);
        FileSource source = FileSource.Open(device.Path);
        _open.Push(source);
        Assert.True(source.IsBlockDevice);
        return source;
    }

    public void Dispose()
    {
        while (_open.TryPop(out IDisposable? item))
            item.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A view with all of its content written over something else.</summary>
public sealed class OverlayTargetContract : ByteSourceContract, IDisposable
{
    private readonly TestFolder _folder = new();

    protected override IByteSource Open(byte[] content)
    {
        byte[] below = new byte[content.Length];
        new Random(2).NextBytes(below.AsSpan(0, below.Length / 2));
        var overlay = new OverlayTarget(new MemorySource(below), FileTarget.CreateTemporary(_folder.Path, content.Length));
        overlay.Write(0, content);
        return overlay;
    }

    public void Dispose() => _folder.Dispose();
}
