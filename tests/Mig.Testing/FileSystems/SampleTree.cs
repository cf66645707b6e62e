using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Testing.FileSystems;

/// <summary>Fills a folder with every kind of node that a POSIX file system has, and the values that readers get wrong.</summary>
public static partial class SampleTree
{
    // What a file system does not support, it says, and the tree is that much smaller: the judge reads the same tree.
    private const string Script = """
        cd "$1"; bigCount=$2
        maybe() { "$@" 2>/dev/null || true; }
        deep=deep; for i in {1..40}; do deep=$deep/d$i; done; mkdir -p $deep; echo leaf > $deep/leaf

        : > empty; printf hello > small; seq 1 200000 > big; seq 1 20 > inline1; seq 1 50 > inline2; head -c 60 big > sixty; head -c 61 big > sixty-one
        cp inline1 grown; truncate -s 1M grown
        truncate -s 5M sparse; printf x | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none
        truncate -s 50M huge; printf end >> huge
        maybe fallocate -l 1M unwritten; maybe fallocate -l 2M half-written; printf y | dd of=half-written bs=1 seek=700000 conv=notrunc status=none
        seq 1 100000 > reserved-behind; maybe fallocate -k -l 2M reserved-behind
        seq 1 100000 > punched; maybe fallocate -p -o 100000 -l 300000 punched; maybe fallocate -z -o 450000 -l 50000 punched
        seq 1 250000 > fragmented

        mkdir links; for i in {1..70}; do ln small links/hard$i; done
        ln -s short fast; for n in 59 60 61 300; do ln -s "$(printf 'x%.0s' $(seq $n))" long$n; done
        mkfifo fifo; mknod null c 1 3; mknod disk b 8 1; mknod wide c 300 70000; mknod zero c 0 0; mknod edge b 255 255; mknod beyond b 256 0

        printf m > modes; chmod 0 modes; cp small suid; chmod 6755 suid; mkdir sticky; chmod 1777 sticky
        cp small ids; chown 12345:54321 ids; cp small ids32; chown 70000:4294967293 ids32
        n=0; for t in '1901-12-14 00:00:00' '1969-12-31 23:59:58.123456789' '1970-01-01 00:00:00' '2038-01-19 03:14:07.999999999' '2038-01-19 03:14:08.5' \
            '2106-02-07 06:28:16' '2242-03-16 12:56:32' '2378-04-22 19:25:35' '2446-05-10 22:38:55.999999999'; do n=$((n + 1)); TZ=UTC touch -d "$t" time$n; done

        cp small xattr; maybe setfattr -n user.comment -v hello xattr; maybe setfattr -n user.empty xattr; maybe setfattr -n trusted.secret -v 0x00ff00 xattr
        maybe setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 suid
        for i in {1..9}; do cp small shared$i; maybe setfattr -n user.shared -v "$(printf 'v%.0s' {1..600})" shared$i; done
        cp small many; for i in {1..20}; do maybe setfattr -n user.attribute$i -v "value $i" many; done
        ln -s nowhere link-xattr; maybe setfattr -h -n trusted.onlink -v x link-xattr; maybe setfattr -h -n trusted.onfifo -v y fifo
        cp small acl; maybe setfacl -m u:1:r,u:70000:rw,g:2:x,m::rwx acl; mkdir acl-folder; maybe setfacl -m u:3:rwx,d:u:4:r,d:g:5:w acl-folder; echo inherits > acl-folder/file

        mkdir names; touch names/$'\xff\xfe' names/$'line\nbreak' names/' ' names/-dash names/'back\slash' names/ünï names/"$(printf 'n%.0s' {1..255})" names/a names/A
        mkdir folder; for i in {1..12}; do mkdir folder/sub$i; done; echo x > folder/sub3/file
        mkdir many-names; eval "touch many-names/a-rather-long-name-for-a-file-{1..$bigCount}"; rm many-names/*7; touch many-names/{x,y,z}; mkdir many-names/folder
        """;

    // Values that mke2fs would not store but give up over, and flags that would keep a folder from being deleted.
    private const string MountedScript = """
        cd "$1"; maybe() { "$@" 2>/dev/null || true; }
        cp small large; maybe setfattr -n user.large -v "$(printf 'L%.0s' {1..20000})" large; maybe setfattr -n user.medium -v "$(printf 'M%.0s' {1..3000})" large
        for f in i a d A S D j c u s; do if [ $f = D ]; then mkdir flag$f; else echo x > flag$f; fi; maybe chattr +$f flag$f; done; mkdir flagT; maybe chattr +T flagT; maybe chattr +P flagT
        """;

    /// <summary>Fills a folder.</summary>
    /// <param name="bigCount">How many names the largest directory gets.</param>
    /// <param name="isMounted">Whether the folder is a mounted image, which is thrown away: only there may files be made immutable.</param>
    public static void Fill(string folder, int bigCount, bool isMounted)
    {
        Tool.RunScript(Script, folder, bigCount.ToString(CultureInfo.InvariantCulture));
        if (isMounted)
            Tool.RunScript(MountedScript, folder);
        PunchHoles(Path.Combine(folder, "fragmented"));
        if (MakeNode(Path.Combine(folder, "socket"), 0xC000 | 0x1A4, 0) != 0)
            throw new IOException($"mknod: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // So many that an extent tree of the smallest blocks gets an inner level below its root. A file system without holes leaves the file as
    // it is.
    private static void PunchHoles(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        for (int i = 1; i <= 400; i++)
        {
            _ = Allocate(file, 3 /* FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE */, i * 4096, 1024);
            _ = Allocate(file, 3, (i * 4096) + 2048, 2048);
        }
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    // A socket made by binding one would go when it is closed.
    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);
}
