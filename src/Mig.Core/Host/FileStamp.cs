namespace Mig.Core.Host;

/// <summary>The state of a file: when it is the same later, nobody wrote to the file in between, unless the clock was set back.</summary>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">When the content changed last, in nanoseconds since 1970.</param>
/// <param name="Changed">When content or metadata changed last, in nanoseconds since 1970; programs cannot set it.</param>
/// <param name="Inode">Number of the file on its device.</param>
/// <param name="Device">The device.</param>
public readonly record struct FileStamp(long Length, long Modified, long Changed, ulong Inode, ulong Device);
