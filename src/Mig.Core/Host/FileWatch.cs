using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core.Host;

/// <summary>
/// Tells whether a file of the host was written to since a moment: by size and times, and by what was written to it when it is a block
/// device.
/// </summary>
/// <remarks>
/// Times are as coarse as the kernel's clock tick: a file that was written to in this tick could be written to once more without another
/// time. So a watch begins when the last change is older than that. A program that goes on writing through a memory map to pages that are
/// dirty already is seen only when the kernel writes them back.
/// </remarks>
public sealed class FileWatch
{
    private const int TickMilliseconds = 20; // the slowest clock of Linux ticks every 10
    private const int MaxWaits = 3;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly string _path;
    private readonly SafeFileHandle? _handle;
    private readonly bool _isBlockDevice;
    private readonly FileStamp? _before;
    private readonly long _writtenBefore;

    private FileWatch(string path, SafeFileHandle? handle, FileType type)
    {
        _path = path;
        _handle = handle;
        _isBlockDevice = type == FileType.BlockDevice;
        _before = type is FileType.Regular or FileType.BlockDevice ? ReadSettled() : null;
        _writtenBefore = CountWritten();
    }

    /// <summary>Begins to watch what stands at a path. A pipe is whole when it ends, so it never changes.</summary>
    public static FileWatch Begin(string path) => new(path, null, LibC.GetFileType(path));

    /// <summary>Begins to watch an open file, whatever stands at its path later.</summary>
    internal static FileWatch Begin(string path, SafeFileHandle handle, FileType type) => new(path, handle, type);

    /// <summary>Returns what is different now, without a full stop; null when nothing is.</summary>
    public string? FindChange()
    {
        if (_before is not { } before)
            return null;
        if (Read() is not { } now)
            return "it is gone";
        if (now.Length != before.Length)
            return $"it had {before.Length} bytes, and has {now.Length} now";
        if ((now.Inode, now.Device) != (before.Inode, before.Device))
            return "another file stands in its place";
        if (now.Modified != before.Modified)
            return $"it was last modified at {Time(before.Modified)}, and then at {Time(now.Modified)}";
        if (now.Changed != before.Changed)
            return $"its inode last changed at {Time(before.Changed)}, and then at {Time(now.Changed)}";
        return CountWritten() is var written && written != _writtenBefore ? $"{written - _writtenBefore} sectors were written to it" : null;
    }

    /// <exception cref="ChangedFileException">It was written to.</exception>
    public void CheckUnchanged()
    {
        if (FindChange() is { } change)
            throw new ChangedFileException(_path, change);
    }

    private FileStamp? ReadSettled()
    {
        FileStamp? stamp = Read();
        for (int i = 0; i < MaxWaits && stamp is { } state && IsFresh(state); i++)
        {
            Thread.Sleep(TickMilliseconds);
            stamp = Read();
        }

        return stamp;
    }

    // A time in the future is that of another clock; waiting would not help.
    private static bool IsFresh(FileStamp stamp)
    {
        long age = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * NanosecondsPerMillisecond) - stamp.Changed;
        return age is >= -TickMilliseconds * NanosecondsPerMillisecond and < TickMilliseconds * NanosecondsPerMillisecond;
    }

    private FileStamp? Read() => _handle is not null ? LibC.GetStamp(_handle) : LibC.GetStamp(_path);

    private long CountWritten() => _isBlockDevice ? BlockDevice.CountWrittenSectors(_path) : 0;

    private static string Time(long nanoseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(nanoseconds / NanosecondsPerMillisecond)
            .ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
