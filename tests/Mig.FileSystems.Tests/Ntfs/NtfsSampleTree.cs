using System.Globalization;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Microsoft.Win32.SafeHandles;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>Fills a mounted NTFS volume with what readers get wrong.</summary>
internal static class NtfsSampleTree
{
    private const string Script = """
        cd "$1"; bigCount=$2
        deep=deep; for i in {1..40}; do deep=$deep/d$i; done; mkdir -p $deep; echo leaf > $deep/leaf
        : > empty; printf hello > small; seq 1 150 > edge1; seq 1 250 > edge2; seq 1 60000 > big
        truncate -s 5M sparse; printf x | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none
        truncate -s 300M huge; printf end >> huge
        printf start > grown; truncate -s 2M grown
        seq 1 40000 > grown-big; truncate -s 3M grown-big
        for i in {1..40}; do head -c 5000 big >> mixed1; head -c 7000 big >> mixed2; done; rm mixed1
        mkdir links; for i in {1..90}; do ln small links/a-long-name-that-fills-the-record$i; done
        ln -s small link; ln -s ../x/y dangling; ln -s "$(printf 'x%.0s' {1..300})" long-link; ln -s ünï-töö link2
        mknod null c 1 3; mknod disk b 8 1
        TZ=UTC touch -d '1970-01-01 00:00:00' old; TZ=UTC touch -d '1650-03-04 05:06:07' older; TZ=UTC touch -d '2446-05-10 22:38:55.9999999' future

        cp small streams; setfattr -n user.comment -v hello streams; setfattr -n user.empty -v '' streams; setfattr -n user.ünï -v 0x00ff00 streams
        head -c 60000 big > stream; setfattr -n user.long -v "0x$(od -An -v -tx1 stream | tr -d ' \n')" streams; rm stream
        cp small many; for i in {1..40}; do setfattr -n user.stream$i -v "$(printf 'v%.0s' {1..100}) $i" many; done
        mkdir folder-stream; setfattr -n user.zone -v 3 folder-stream
        cp small hidden; setfattr -n system.ntfs_attrib_be -v 0x00000023 hidden
        cp small 'a long name.text'; setfattr -n system.ntfs_dos_name -v 'ALONGN~1.TEX' 'a long name.text'

        mkdir names; touch names/$'line\nbreak' names/' ' names/-dash names/'back\slash' names/'co:lon' names/ünï names/😀🚀 names/"$(printf 'n%.0s' {1..255})" names/a names/A names/日本語
        mkdir folder; for i in {1..12}; do mkdir folder/sub$i; done; echo x > folder/sub3/file
        mkdir many-names; eval "touch many-names/a-rather-long-name-for-a-file-{1..$bigCount}"; rm many-names/*7; touch many-names/{x,y,z}; mkdir many-names/folder
        """;

    // Only clusters of up to 4 KiB can be compressed.
    private const string CompressedScript = """
        cd "$1"; mkdir packed; setfattr -n system.ntfs_attrib_be -v 0x00000800 packed; cd packed
        : > empty; echo tiny > tiny; cp ../big text; head -c 1000000 /dev/zero > zeros; head -c 300001 ../big > odd; head -c 65536 ../big > unit; head -c 65537 ../big > unit1
        openssl enc -aes-128-ctr -K 00 -iv 00 -in ../big -out noise 2>/dev/null
        { cat ../big noise; head -c 200000 /dev/zero; cat noise ../big; } > mixture
        for i in {1..30}; do head -c 9000 ../big >> appended; done
        cp ../big cut; truncate -s 100000 cut; cp ../big long; truncate -s 2M long
        setfattr -n user.packed -v "$(printf 'p%.0s' {1..20000})" text
        """;

    public static void Fill(string folder, int bigCount, bool canCompress)
    {
        Tool.RunScript(Script, folder, bigCount.ToString(CultureInfo.InvariantCulture));
        if (canCompress)
            Tool.RunScript(CompressedScript, folder);

        // So many runs that they need records of their own.
        using SafeFileHandle file = File.OpenHandle(Path.Combine(folder, "fragmented"), FileMode.Create, FileAccess.ReadWrite);
        for (int i = 0; i < 700; i++)
            RandomAccess.Write(file, [(byte)i, 1, 2, (byte)(i >> 8)], i * 140_000L);
    }
}
