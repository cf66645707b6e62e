namespace Mig.Core.Host;

/// <summary>The flags of calls that name a file relative to a folder (linux/fcntl.h): the same on every processor.</summary>
public static class AtFlags
{
    /// <summary>In place of a folder: where this process stands.</summary>
    public const int CurrentDirectory = -100; // AT_FDCWD

    public const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    public const int RemoveDirectory = 0x200; // AT_REMOVEDIR
    public const int EmptyPath = 0x1000; // AT_EMPTY_PATH
}
