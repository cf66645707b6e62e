using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Trees;

namespace Mig.Images.Extract.Folders;

/// <summary>Gives files of the host the owner, mode, attributes and times that a version has for them, as far as this user may.</summary>
/// <param name="isPrivileged">Whether owners, rights of other users and devices are wanted, and this user is root.</param>
internal sealed unsafe class MetadataWriter(bool isPrivileged, LeftOutCounter leftOut)
{
    private const int SetIds = 0xC00; // 06000
    private static readonly byte[] DefaultAcl = "system.posix_acl_default\0"u8.ToArray();

    private readonly uint _user = HostUser.Id;
    private readonly uint _group = HostUser.GroupId;

    /// <summary>Whether devices are made.</summary>
    public bool MakesDevices => isPrivileged;

    /// <summary>Takes away what a folder would hand down to everything that is made in it.</summary>
    public static void StopInheritance(HostFolder folder)
    {
        fixed (byte* name = DefaultAcl)
            _ = NativeCalls.RemoveXattr(folder.Handle, name);
    }

    /// <summary>
    /// Of a file or directory that is open. The order matters: a change of owner clears what the others set, and the time comes last.
    /// </summary>
    public void Apply(SafeFileHandle file, TreeEntry entry, string display)
    {
        bool keepsOwner = KeepsOwner(entry)
            || (isPrivileged && Attempt(NativeCalls.ChangeOwner(file, entry.Uid, entry.Gid), "change the owner of", display));
        if (NativeCalls.ChangeMode(file, Mode(entry, keepsOwner)) != 0)
            throw HostFolder.Failure("change the mode of", display);
        foreach (TreeXattr xattr in entry.Xattrs)
        {
            if (!IsWanted(xattr))
                continue;
            fixed (byte* name = HostFolder.Terminate(xattr.Name.Span), value = xattr.Value.Span)
                CheckXattr(NativeCalls.SetXattr(file, name, value, (nuint)xattr.Value.Length, 0), xattr, display);
        }

        long* times = stackalloc long[4];
        SetTimes(times, entry.ModifiedTime);
        CheckTime(NativeCalls.SetTimes(file, times), display);
    }

    /// <summary>Of what cannot be opened: a symbolic link, device, FIFO or socket that was just made.</summary>
    /// <param name="name">Ends with NUL.</param>
    public void ApplyAt(SafeFileHandle parent, byte[] name, TreeEntry entry, string display)
    {
        fixed (byte* last = name)
        {
            bool keepsOwner = KeepsOwner(entry)
                || (isPrivileged && Attempt(NativeCalls.ChangeOwnerAt(parent, last, entry.Uid, entry.Gid, AtFlags.NoFollow),
                "change the owner of", display));
            if (entry.Type != TreeEntryType.SymbolicLink && NativeCalls.ChangeModeAt(parent, last, Mode(entry, keepsOwner), 0) != 0)
                throw HostFolder.Failure("change the mode of", display);
            foreach (TreeXattr xattr in entry.Xattrs)
            {
                if (!IsWanted(xattr))
                    continue;
                string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{parent.DangerousGetHandle()}/");
                fixed (byte* path = (byte[])[.. Encoding.ASCII.GetBytes(folder), .. name],
                    xattrName = HostFolder.Terminate(xattr.Name.Span), value = xattr.Value.Span)
                    CheckXattr(NativeCalls.SetXattrAt(path, xattrName, value, (nuint)xattr.Value.Length, 0), xattr, display);
            }

            long* times = stackalloc long[4];
            SetTimes(times, entry.ModifiedTime);
            CheckTime(NativeCalls.SetTimesAt(parent, last, times, AtFlags.NoFollow), display);
        }
    }

    private bool KeepsOwner(TreeEntry entry) => entry.Uid == _user && entry.Gid == _group;

    // A program that runs as its owner gives rights away, whoever the owner is: one that is root's, or this user's own, most of all.
    private uint Mode(TreeEntry entry, bool keepsOwner)
    {
        if (!keepsOwner)
            leftOut.Owner();
        if (keepsOwner && isPrivileged)
            return (uint)entry.Mode;
        if ((entry.Mode & SetIds) != 0)
            leftOut.SetIdBit();
        return (uint)(entry.Mode & ~SetIds);
    }

    private bool IsWanted(TreeXattr xattr)
    {
        ReadOnlySpan<byte> name = xattr.Name.Span;
        bool isFine = !name.IsEmpty && !name.Contains((byte)0)
            && (isPrivileged || name.StartsWith("user."u8) || name.StartsWith("system.posix_acl_"u8));
        if (!isFine)
            leftOut.Xattrs();
        return isFine;
    }

    // A file system that has no attributes, or no room for one this large, says so in one of these ways.
    private void CheckXattr(int result, TreeXattr xattr, string display)
    {
        if (result == 0)
            return;
        if (HostFolder.LastError is not (Errno.NotPermitted or Errno.NotSupported or Errno.Invalid or Errno.NoSpace or Errno.Range
            or Errno.ArgumentsTooLong or Errno.AccessDenied))
            throw HostFolder.Failure($"set {Encoding.UTF8.GetString(xattr.Name.Span)} of", display);
        leftOut.Xattrs();
    }

    private void CheckTime(int result, string display)
    {
        if (result == 0)
            return;
        if (HostFolder.LastError != Errno.Invalid)
            throw HostFolder.Failure("set the time of", display);
        leftOut.Time();
    }

    // Where root is root of a few ids only, others cannot be given.
    private static bool Attempt(int result, string what, string display)
    {
        if (result == 0)
            return true;
        return HostFolder.LastError is Errno.NotPermitted or Errno.Invalid ? false : throw HostFolder.Failure(what, display);
    }

    private static void SetTimes(long* times, Timestamp time)
    {
        (times[0], times[1]) = (time.Seconds, time.Nanoseconds);
        (times[2], times[3]) = (time.Seconds, time.Nanoseconds);
    }
}
