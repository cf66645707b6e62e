using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Fuse;

/// <summary>
/// What the kernel asks of a mount, answered from the tree. Each answer is sent once; what goes wrong is an error number.
/// </summary>
internal static unsafe partial class FuseOperations
{
    private const int NoSuchName = 2, InputError = 5, ReadOnly = 30, NotADirectory = 20, Invalid = 22, TooShort = 34, NoSuchAttribute = 61;
    private const int WriteFlags = 3; // O_ACCMODE
    private const int Truncate = 0x200; // O_TRUNC

    /// <summary>fuse_lowlevel_ops; what is not in it, the kernel is told, does not exist.</summary>
    public static readonly nint[] Table = MakeTable();

    private static nint[] MakeTable()
    {
        nint[] table = new nint[FuseNative.Operation.Count];
        table[FuseNative.Operation.Lookup] = (nint)(delegate* unmanaged<nint, ulong, byte*, void>)&Lookup;
        table[FuseNative.Operation.Forget] = (nint)(delegate* unmanaged<nint, ulong, ulong, void>)&Forget;
        table[FuseNative.Operation.ForgetMany] = (nint)(delegate* unmanaged<nint, nuint, ulong*, void>)&ForgetMany;
        table[FuseNative.Operation.GetAttributes] = (nint)(delegate* unmanaged<nint, ulong, nint, void>)&GetAttributes;
        table[FuseNative.Operation.ReadLink] = (nint)(delegate* unmanaged<nint, ulong, void>)&ReadLink;
        table[FuseNative.Operation.Open] = (nint)(delegate* unmanaged<nint, ulong, FuseNative.OpenFile*, void>)&Open;
        table[FuseNative.Operation.Read] = (nint)(delegate* unmanaged<nint, ulong, nuint, long, FuseNative.OpenFile*, void>)&Read;
        table[FuseNative.Operation.Release] = (nint)(delegate* unmanaged<nint, ulong, FuseNative.OpenFile*, void>)&Release;
        table[FuseNative.Operation.Write] = (nint)(delegate* unmanaged<nint, ulong, byte*, nuint, long, FuseNative.OpenFile*, void>)&Write;
        table[FuseNative.Operation.Sync] = (nint)(delegate* unmanaged<nint, ulong, int, FuseNative.OpenFile*, void>)&Sync;
        table[FuseNative.Operation.Allocate] =
            (nint)(delegate* unmanaged<nint, ulong, int, long, long, FuseNative.OpenFile*, void>)&Allocate;
        table[FuseNative.Operation.OpenDirectory] = (nint)(delegate* unmanaged<nint, ulong, FuseNative.OpenFile*, void>)&OpenDirectory;
        table[FuseNative.Operation.ReadDirectory] =
            (nint)(delegate* unmanaged<nint, ulong, nuint, long, FuseNative.OpenFile*, void>)&ReadDirectory;
        table[FuseNative.Operation.ReadDirectoryPlus] =
            (nint)(delegate* unmanaged<nint, ulong, nuint, long, FuseNative.OpenFile*, void>)&ReadDirectoryPlus;
        table[FuseNative.Operation.ReleaseDirectory] = (nint)(delegate* unmanaged<nint, ulong, FuseNative.OpenFile*, void>)&Release;
        table[FuseNative.Operation.Statistics] = (nint)(delegate* unmanaged<nint, ulong, void>)&Statistics;
        table[FuseNative.Operation.GetXattr] = (nint)(delegate* unmanaged<nint, ulong, byte*, nuint, void>)&GetXattr;
        table[FuseNative.Operation.ListXattrs] = (nint)(delegate* unmanaged<nint, ulong, nuint, void>)&ListXattrs;
        return table;
    }

    private static MountState StateOf(nint request) => (MountState)GCHandle.FromIntPtr(FuseNative.UserOf(request)).Target!;

    // No exception may leave a callback, and each request needs an answer.
    private static void Answer(nint request, Func<MountState, int> answer)
    {
        int error;
        try
        {
            error = answer(StateOf(request));
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            StateOf(request).Report(e);
            error = HostFiles.IsFull(e) ? NoSpace : InputError;
        }

        if (error != 0)
            _ = FuseNative.ReplyError(request, error);
    }

    [UnmanagedCallersOnly]
    private static void Lookup(nint request, ulong parent, byte* name) => Answer(request, state =>
    {
        if (state.Find(parent)?.Find(Text(name)) is not { } node)
            return NoSuchName;
        Span<byte> entry = stackalloc byte[StatusLayout.EntryLength];
        StatusLayout.WriteEntry(entry, state.Remember(node), node.Inode, node.Attributes);
        fixed (byte* bytes = entry)
            _ = FuseNative.ReplyEntry(request, bytes);
        return 0;
    });

    [UnmanagedCallersOnly]
    private static void Forget(nint request, ulong id, ulong count)
    {
        StateOf(request).Forget(id, count);
        FuseNative.ReplyNothing(request);
    }

    // fuse_forget_data: an id and a count each.
    [UnmanagedCallersOnly]
    private static void ForgetMany(nint request, nuint count, ulong* forgets)
    {
        MountState state = StateOf(request);
        for (nuint i = 0; i < count; i++)
            state.Forget(forgets[2 * i], forgets[(2 * i) + 1]);
        FuseNative.ReplyNothing(request);
    }

    [UnmanagedCallersOnly]
    private static void GetAttributes(nint request, ulong id, nint file) => Answer(request, state =>
    {
        if (state.Find(id) is not { } node)
            return NoSuchName;
        Span<byte> status = stackalloc byte[StatusLayout.Length];
        StatusLayout.Write(status, node.Inode, node.Attributes);
        fixed (byte* bytes = status)
            _ = FuseNative.ReplyAttributes(request, bytes, StatusLayout.Timeout);
        return 0;
    });

    [UnmanagedCallersOnly]
    private static void ReadLink(nint request, ulong id) => Answer(request, state =>
    {
        if (state.Find(id) is not { LinkTarget.IsEmpty: false } node)
            return Invalid;
        byte[] target = [.. node.LinkTarget.Span, 0];
        fixed (byte* bytes = target)
            _ = FuseNative.ReplyLink(request, bytes);
        return 0;
    });

    [UnmanagedCallersOnly]
    private static void Open(nint request, ulong id, FuseNative.OpenFile* file)
    {
        FuseNative.OpenFile opened = *file;
        Answer(request, state =>
        {
            if (state.Find(id) is not { } node)
                return NoSuchName;
            if ((opened.Flags & (WriteFlags | Truncate)) != 0 && (!node.IsWritable || (opened.Flags & Truncate) != 0))
                return ReadOnly;
            opened.Handle = state.Keep(node.Open());
            opened.Bits |= FuseNative.OpenFile.KeepsCache;
            FuseNative.OpenFile answer = opened;
            // The structure is longer than what is used of it: the kernel's own is filled in.
            *file = answer;
            if (FuseNative.ReplyOpen(request, file) != 0)
                state.Drop(answer.Handle);
            return 0;
        });
    }

    [UnmanagedCallersOnly]
    private static void Read(nint request, ulong id, nuint length, long offset, FuseNative.OpenFile* file)
    {
        ulong handle = file->Handle;
        Answer(request, state =>
        {
            if (state.Opened(handle) is not IByteSource content)
                return Invalid;
            int count = (int)Math.Clamp(content.Length - offset, 0, (long)length);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                content.ReadExactly(offset, buffer.AsSpan(0, count));
                fixed (byte* bytes = buffer)
                    _ = FuseNative.ReplyBytes(request, bytes, (nuint)count);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            return 0;
        });
    }

    [UnmanagedCallersOnly]
    private static void Release(nint request, ulong id, FuseNative.OpenFile* file)
    {
        StateOf(request).Drop(file->Handle);
        _ = FuseNative.ReplyError(request, 0);
    }

    [UnmanagedCallersOnly]
    private static void OpenDirectory(nint request, ulong id, FuseNative.OpenFile* file)
    {
        Answer(request, state =>
        {
            if (state.Find(id) is not { } node)
                return NoSuchName;
            file->Handle = state.Keep(new OpenDirectory(node));
            file->Bits |= FuseNative.OpenFile.KeepsCache | FuseNative.OpenFile.CachesNames;
            if (FuseNative.ReplyOpen(request, file) != 0)
                state.Drop(file->Handle);
            return 0;
        });
    }

    [UnmanagedCallersOnly]
    private static void ReadDirectory(nint request, ulong id, nuint length, long offset, FuseNative.OpenFile* file) =>
        List(request, length, offset, file->Handle, isPlus: false);

    [UnmanagedCallersOnly]
    private static void ReadDirectoryPlus(nint request, ulong id, nuint length, long offset, FuseNative.OpenFile* file) =>
        List(request, length, offset, file->Handle, isPlus: true);

    private static void List(nint request, nuint length, long offset, ulong handle, bool isPlus) => Answer(request, state =>
    {
        if (state.Opened(handle) is not OpenDirectory directory)
            return NotADirectory;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            fixed (byte* bytes = buffer)
            {
                nuint used = Fill(request, state, directory, bytes, length, offset, isPlus);
                _ = FuseNative.ReplyBytes(request, bytes, used);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return 0;
    });

    // "." and ".." come first. The kernel counts a node that it is told of with its attributes as looked up; these two it does not.
    private static nuint Fill(
        nint request, MountState state, OpenDirectory directory, byte* bytes, nuint length, long offset, bool isPlus)
    {
        nuint used = 0;
        Span<byte> entry = stackalloc byte[StatusLayout.EntryLength];
        Span<byte> name = stackalloc byte[257];
        for (long i = offset; i < directory.Count; i++)
        {
            (ReadOnlyMemory<byte> text, MountedNode node) = directory[i];
            if (text.Length >= name.Length)
                continue;
            text.Span.CopyTo(name);
            name[text.Length] = 0;
            bool isKept = isPlus && i >= 2;
            ulong kept = isKept ? state.Remember(node) : 0;
            StatusLayout.WriteEntry(entry, kept, node.Inode, node.Attributes);
            nuint added;
            fixed (byte* zeroEnded = name, status = entry)
            {
                added = isPlus
                    ? FuseNative.AddEntryPlus(request, bytes + used, length - used, zeroEnded, status, i + 1)
                    : FuseNative.AddEntry(request, bytes + used, length - used, zeroEnded, status + 16, i + 1);
            }

            if (used + added > length)
            {
                if (isKept)
                    state.Forget(kept, 1);
                break;
            }

            used += added;
        }

        return used;
    }

    [UnmanagedCallersOnly]
    private static void Statistics(nint request, ulong id) => Answer(request, state =>
    {
        Span<byte> statistics = stackalloc byte[StatusLayout.StatisticsLength];
        StatusLayout.WriteStatistics(statistics, state.Options.Length);
        fixed (byte* bytes = statistics)
            _ = FuseNative.ReplyStatistics(request, bytes);
        return 0;
    });

    [UnmanagedCallersOnly]
    private static void GetXattr(nint request, ulong id, byte* name, nuint length) => Answer(request, state =>
    {
        if (state.Find(id) is not { } node)
            return NoSuchName;
        foreach ((ReadOnlyMemory<byte> each, ReadOnlyMemory<byte> value) in node.Xattrs)
        {
            if (each.Span.SequenceEqual(Text(name)))
                return ReplyXattr(request, value.Span, length);
        }

        return NoSuchAttribute;
    });

    [UnmanagedCallersOnly]
    private static void ListXattrs(nint request, ulong id, nuint length) => Answer(request, state =>
    {
        if (state.Find(id) is not { } node)
            return NoSuchName;
        byte[] names = [.. node.Xattrs.SelectMany(xattr => xattr.Name.ToArray().Append((byte)0))];
        return ReplyXattr(request, names, length);
    });

    // Who gives no room asks how much is needed.
    private static int ReplyXattr(nint request, ReadOnlySpan<byte> value, nuint length)
    {
        if (length == 0)
            _ = FuseNative.ReplyXattrLength(request, (nuint)value.Length);
        else if ((nuint)value.Length > length)
            return TooShort;
        else
        {
            fixed (byte* bytes = value)
                _ = FuseNative.ReplyBytes(request, bytes, (nuint)value.Length);
        }

        return 0;
    }

    private static ReadOnlySpan<byte> Text(byte* zeroEnded) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(zeroEnded);
}
