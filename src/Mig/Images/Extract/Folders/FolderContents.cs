using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Images.Extract.Folders;

/// <summary>Makes what was planned in an empty folder. Directories get their owners, modes and times last.</summary>
internal sealed unsafe class FolderContents(HostFolder folder, MetadataWriter metadata, LeftOutCounter leftOut, IProgressSink progress)
{
    // Zeros of this many bytes, at a multiple of it, become a hole.
    private const int HoleSize = 4096;

    /// <exception cref="CorruptStoreException">Content is missing or damaged.</exception>
    /// <exception cref="IOException">A file cannot be made or written.</exception>
    public void Make(ExtractPlan plan, ObjectStore store, int parallelism, CancellationToken cancellation)
    {
        foreach (PlannedEntry directory in plan.Directories)
            folder.MakeDirectory(directory.Path());
        MakeFiles(plan.Files, store, parallelism, cancellation);
        var missing = new HashSet<string>();
        foreach (PlannedEntry other in plan.Others)
        {
            if (!MakeOther(other))
                missing.Add(PlannedEntry.Key(other.Path()));
        }

        foreach (PlannedEntry link in plan.Links)
        {
            if (missing.Contains(PlannedEntry.Key(link.LinkTo)))
                leftOut.Node();
            else
                folder.MakeHardLink(link.LinkTo, link.Path());
        }
    }

    private void MakeFiles(List<PlannedEntry> files, ObjectStore store, int parallelism, CancellationToken cancellation)
    {
        // How many pieces of a large file are still to come; one more while they are being listed.
        int[] remaining = new int[files.Count];
        for (int i = 0; i < files.Count; i++)
        {
            if (files[i].Entry.List is null && files[i].Entry.Size > 0)
                continue;
            byte[] path = files[i].Path();
            using SafeFileHandle file = folder.CreateFile(path);
            if (files[i].Entry.Size == 0)
                metadata.Apply(file, files[i].Entry, folder.Display(path));
            else if (NativeCalls.SetLength(file, files[i].Entry.Size) != 0)
                throw HostFolder.Failure($"make room for {files[i].Entry.Size} bytes in", folder.Display(path));
        }

        ContentPieces.Visit(store, List(), parallelism, Write, cancellation);

        IEnumerable<ContentPiece> List()
        {
            for (int i = 0; i < files.Count; i++)
            {
                bool isLarge = files[i].Entry.List is not null;
                if (isLarge)
                    Interlocked.Increment(ref remaining[i]);
                foreach (ContentPiece piece in ContentPieces.Of(store, files[i].Entry, i))
                {
                    if (isLarge)
                        Interlocked.Increment(ref remaining[i]);
                    yield return piece;
                }

                if (isLarge)
                    CountDown(i);
            }
        }

        void Write(in ContentPiece piece, ReadOnlySpan<byte> bytes)
        {
            PlannedEntry planned = files[piece.File];
            byte[] path = planned.Path();
            if (planned.Entry.List is null)
            {
                using SafeFileHandle file = folder.CreateFile(path);
                WriteBytes(file, 0, bytes, path);
                if (EndsInHole(bytes) && NativeCalls.SetLength(file, bytes.Length) != 0)
                    throw HostFolder.Failure("write", folder.Display(path));
                metadata.Apply(file, planned.Entry, folder.Display(path));
            }
            else
            {
                using (SafeFileHandle file = folder.OpenFile(path))
                    WriteBytes(file, piece.Offset, bytes, path);
                CountDown(piece.File);
            }

            progress.Advance(bytes.Length);
        }

        void CountDown(int index)
        {
            if (Interlocked.Decrement(ref remaining[index]) != 0)
                return;
            byte[] path = files[index].Path();
            using SafeFileHandle file = folder.OpenFile(path);
            metadata.Apply(file, files[index].Entry, folder.Display(path));
        }
    }

    private void WriteBytes(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes, byte[] path)
    {
        while (!bytes.IsEmpty)
        {
            int length = HoleAt(offset, bytes);
            if (length == 0)
            {
                length = DataAt(offset, bytes);
                WriteAll(file, offset, bytes[..length], path);
            }

            offset += length;
            bytes = bytes[length..];
        }
    }

    private void WriteAll(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes, byte[] path)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint written = NativeCalls.Write(file, start + done, (nuint)(bytes.Length - done), offset + done);
                if (written > 0)
                    done += (int)written;
                else if (HostFolder.LastError != Errno.Interrupted)
                    throw HostFolder.Failure($"write {bytes.Length} bytes at {offset} of", folder.Display(path));
            }
        }
    }

    private static bool EndsInHole(ReadOnlySpan<byte> bytes) => bytes.Length >= HoleSize && ZeroBytes.CountTrailing(bytes) > 0;

    // Bytes of a hole that begins here.
    private static int HoleAt(long offset, ReadOnlySpan<byte> bytes) =>
        offset % HoleSize == 0 ? ZeroBytes.CountLeading(bytes) / HoleSize * HoleSize : 0;

    // Bytes until the next hole.
    private static int DataAt(long offset, ReadOnlySpan<byte> bytes)
    {
        int at = (int)(HoleSize - (offset % HoleSize));
        while (at + HoleSize <= bytes.Length && (bytes[at] != 0 || !ZeroBytes.IsZero(bytes.Slice(at, HoleSize))))
            at += HoleSize;
        return at + HoleSize <= bytes.Length ? at : bytes.Length;
    }

    private bool MakeOther(PlannedEntry planned)
    {
        byte[] path = planned.Path();
        TreeEntry entry = planned.Entry;
        if (entry.Type == TreeEntryType.SymbolicLink)
        {
            folder.MakeSymbolicLink(path, entry.LinkTarget.Span);
        }
        else if (!(metadata.MakesDevices || entry.Type is TreeEntryType.Fifo or TreeEntryType.Socket)
            || !folder.TryMakeNode(path, NodeMode(entry.Type) | 0x180, Device(entry.DeviceMajor, entry.DeviceMinor)))
        {
            leftOut.Node();
            return false;
        }

        using SafeFileHandle parent = folder.OpenParent(path, out byte[] name);
        metadata.ApplyAt(parent, name, entry, folder.Display(path));
        return true;
    }

    private static uint NodeMode(TreeEntryType type) => type switch
    {
        TreeEntryType.CharacterDevice => 0x2000,
        TreeEntryType.BlockDevice => 0x6000,
        TreeEntryType.Fifo => 0x1000,
        _ => 0xC000,
    };

    // makedev of the C library.
    private static ulong Device(ulong major, ulong minor) =>
        ((major & 0xFFFFF000) << 32) | ((major & 0xFFF) << 8) | ((minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
}
