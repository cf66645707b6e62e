using Mig.Core;
using Mig.Core.Host;
using Mig.Fuse;
using Mig.Images.Sessions;

namespace Mig.Images.Mounts;

/// <summary>A disk of a session as a file that is written.</summary>
internal sealed class SessionNode(ulong inode, SessionDisk disk) : MountedNode
{
    private const uint OwnFile = 0x8000 | 0x180; // 0600

    public override ulong Inode => inode;

    public override MountedAttributes Attributes => new(OwnFile, 1, Owner, Group, disk.Length, default);

    public override bool IsWritable => true;

    private static uint Owner { get; } = HostUser.Id;

    private static uint Group { get; } = HostUser.GroupId;

    public override IByteSource Open() => new Lent(disk);

    // Closing the file does not close the disk, which is the session's.
    private sealed class Lent(SessionDisk disk) : IByteTarget
    {
        public long Length => disk.Length;

        public void ReadExactly(long offset, Span<byte> destination) => disk.ReadExactly(offset, destination);

        public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => disk.GetStoredRanges(within);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => disk.Write(offset, bytes);

        public void Zero(ByteRange range) => disk.Zero(range);

        public void Flush() => disk.Flush();

        public void Dispose()
        {
        }
    }
}
