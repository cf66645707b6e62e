using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Tests.Versions.Merging;

/// <summary>Files of a machine that are merged by what they mean.</summary>
public class MachineFileTests
{
    [Theory]
    [InlineData("etc/passwd", "a:x:1\n", "a:x:1\nb:x:2\n", "a:x:1\nc:x:3\n", "a:x:1\nb:x:2\nc:x:3\n")]
    [InlineData("etc/passwd", "a:x:1:/a:sh\nz:x:9::\n", "a:x:1:/a:zsh\nz:x:9::\n", "a:x:1:/home/a:sh\n", "a:x:1:/home/a:zsh\n")]
    [InlineData("etc/group", "g:x:1:a,b\n", "g:x:1:a,b,c\n", "g:x:1:b,d\n", "g:x:1:b,c,d\n")]
    [InlineData("etc/gshadow", "g:!:a:a\n", "g:!:a:a,b\n", "g:!:a,c:a\n", "g:!:a,c:a,b\n")]
    [InlineData("etc/subuid", "a:100000:65536\n", "a:100000:65536\nb:165536:65536\n", "a:100000:65536\na:300000:10\n",
        "a:100000:65536\nb:165536:65536\na:300000:10\n")]
    [InlineData("etc/shadow", "", "a:!:1\n", "b:!:1\n", "a:!:1\nb:!:1\n")]
    [InlineData("etc/passwd", "a:x:1\nb:x:2\nc:x:3\n", "a:x:1\nc:x:3\n", "new:x:7\na:x:1\nb:x:2\nc:x:3\n", "new:x:7\na:x:1\nc:x:3\n")]
    public void TablesOfAccountsMergeByName(string path, string before, string ours, string theirs, string expected)
    {
        MergedText merged = MachineTables.Find(path)!(Bytes(before), Bytes(ours), Bytes(theirs), null, MachineSides.None);
        Assert.Null(merged.Conflict);
        Assert.Null(merged.Clash);
        Assert.Equal(expected, Encoding.UTF8.GetString(merged.Text));
    }

    [Theory]
    [InlineData("", "a:x:1:sh\n", "a:x:1:zsh\n", "'a' was added on both sides, not alike")]
    [InlineData("a:x:1:sh\n", "a:x:1:zsh\n", "a:x:1:ksh\n", "'a' was changed on both sides")]
    [InlineData("a:x:1:sh\n", "", "a:x:1:ksh\n", "'a' was removed here and changed there")]
    [InlineData("a:x:1:sh\n", "a:x:1:sh:more\n", "a:x:2:sh\n", "'a' was changed on both sides")]
    public void WhatDoesNotFitIsAConflict(string before, string ours, string theirs, string conflict) =>
        Assert.Equal(conflict, MachineTables.Find("etc/passwd")!(
            Bytes(before), Bytes(ours), Bytes(theirs), null, MachineSides.None).Conflict);

    // Files belong to numbers. What one side had that way before is its own affair.
    [Theory]
    [InlineData("etc/passwd", "a:x:1:\n", "a:x:1:\nb:x:5:\n", "a:x:1:\nc:x:5:\n", "'b' here and 'c' there have the same number 5")]
    [InlineData("etc/passwd", "a:x:1:\n", "a:x:5:\n", "a:x:1:\nc:x:5:\n", "'a' here and 'c' there have the same number 5")]
    [InlineData("etc/group", "a:x:1:\nb:x:2:\n", "a:x:5:\nb:x:2:\n", "a:x:1:\nb:x:5:\n", "'a' here and 'b' there have the same number 5")]
    [InlineData("etc/passwd", "a:x:1:\n", "a:x:1:\nb:x:5:\nd:x:6:\n", "a:x:1:\nc:x:5:\ne:x:6:\n",
        "'b' here and 'c' there have the same number 5; 'd' here and 'e' there have the same number 6")]
    [InlineData("etc/subuid", "", "a:100000:65536\n", "b:150000:65536\n", "'a' here and 'b' there have ranges that overlap at 150000")]
    [InlineData("etc/subgid", "", "a:100000:65536\n", "b:165536:65536\n", null)]
    [InlineData("etc/passwd", "root:x:0:\n", "root:x:0:\ntoor:x:0:\n", "root:x:0:\nb:x:1:\n", null)]
    public void NumbersThatOnlyOneMayHaveClash(string path, string before, string ours, string theirs, string? clash)
    {
        foreach (MergeSide? favored in (MergeSide?[])[null, MergeSide.Ours, MergeSide.Theirs])
            Assert.Equal(clash, MachineTables.Find(path)!(Bytes(before), Bytes(ours), Bytes(theirs), favored, MachineSides.None).Clash);
    }

    [Theory]
    [InlineData("etc/passwd", "a:x:1:sh\n", "a:x:1:zsh\nb:x:2:\n", "a:x:1:ksh\nc:x:3:\n", "a:x:1:zsh\nb:x:2:\nc:x:3:\n",
        "a:x:1:ksh\nb:x:2:\nc:x:3:\n")]
    [InlineData("etc/shadow", "bob:old\n", "bob:1\nalice:!\n", "bob:2\ncarol:!\n", "bob:1\nalice:!\ncarol:!\n",
        "bob:2\nalice:!\ncarol:!\n")]
    [InlineData("etc/group", "g:x:1:\nh:x:2:\n", "h:x:2:\nb:x:4:\n", "g:x:9:\nh:x:2:\n", "h:x:2:\nb:x:4:\n", "g:x:9:\nh:x:2:\nb:x:4:\n")]
    [InlineData(
        "var/lib/dpkg/status",
        "Package: base\nVersion: 1\n\nPackage: victim\nStatus: install ok installed\nVersion: 1\n",
        "Package: base\nVersion: 1\n\nPackage: newours\nVersion: 1\n",
        "Package: base\nVersion: 1\n\nPackage: victim\nStatus: install ok installed\nVersion: 2\n\nPackage: newtheirs\nVersion: 1\n",
        "Package: base\nVersion: 1\n\nPackage: newours\nVersion: 1\n\nPackage: newtheirs\nVersion: 1\n\n",
        "Package: base\nVersion: 1\n\nPackage: newours\nVersion: 1\n\nPackage: victim\nStatus: install ok installed\nVersion: "
            + "2\n\nPackage: newtheirs\nVersion: 1\n\n")]
    public void ASideDecidesTheEntriesInConflictAlone(string path, string before, string ours, string theirs, string byUs, string byThem)
    {
        foreach ((MergeSide side, string expected) in ((MergeSide, string)[])[(MergeSide.Ours, byUs), (MergeSide.Theirs, byThem)])
        {
            MergedText merged = MachineTables.Find(path)!(Bytes(before), Bytes(ours), Bytes(theirs), side, MachineSides.None);
            Assert.Null(merged.Conflict);
            Assert.Contains($"{(side == MergeSide.Ours ? "ours" : "theirs")} was taken", merged.Note, StringComparison.Ordinal);
            Assert.Equal(expected, Encoding.UTF8.GetString(merged.Text));
        }

        // the control
        Assert.NotNull(MachineTables.Find(path)!(Bytes(before), Bytes(ours), Bytes(theirs), null, MachineSides.None).Conflict);
    }

    [Theory]
    [InlineData("var/lib/dpkg/triggers/File", "/a x\n", "/a x\n/b dbus\n", "/a x\n/c desktop-file-utils\n",
        "/a x\n/b dbus\n/c desktop-file-utils\n")]
    [InlineData("var/lib/dpkg/triggers/ldconfig", "a\nb\n", "b\n", "a\nb\nc\n", "b\nc\n")]
    [InlineData("var/lib/dpkg/diversions", "", "/a\n/a.x\np\n", "/b\n/b.x\nq\n", "/a\n/a.x\np\n/b\n/b.x\nq\n")]
    [InlineData("var/lib/dpkg/statoverride", "root a 4755 /x\n", "root a 755 /x\n", "root a 4755 /x\nroot b 2755 /y\n",
        "root a 755 /x\nroot b 2755 /y\n")]
    [InlineData("etc/shells", "/bin/sh\n", "/bin/sh\n/bin/zsh\n", "/bin/sh\n/bin/ksh\n", "/bin/sh\n/bin/zsh\n/bin/ksh\n")]
    [InlineData("var/lib/ucf/hashfile", "1  /etc/a\n", "1  /etc/a\n2  /etc/b\n", "9  /etc/a\n3  /etc/c\n",
        "9  /etc/a\n2  /etc/b\n3  /etc/c\n")]
    [InlineData("etc/ca-certificates.conf", "# x\nm/A.crt\nm/B.crt\n", "# x\n!m/A.crt\nm/B.crt\n", "# x\nm/A.crt\nm/C.crt\n",
        "# x\n!m/A.crt\nm/C.crt\n")]
    [InlineData(
        "etc/ssl/certs/ca-certificates.crt",
        "-----BEGIN C-----\na\n-----END C-----\n",
        "-----BEGIN C-----\na\n-----END C-----\n-----BEGIN C-----\nb\n-----END C-----\n",
        "-----BEGIN C-----\nc\n-----END C-----\n",
        "-----BEGIN C-----\nb\n-----END C-----\n-----BEGIN C-----\nc\n-----END C-----\n")]
    [InlineData(
        "var/cache/debconf/config.dat",
        "Name: a/x\nOwners: a\n\n",
        "Name: a/x\nOwners: a, b\n\nName: b/y\nValue: 1\n\n",
        "Name: a/x\nOwners: a, c\n\nName: c/y\nValue: 2\n\n",
        "Name: a/x\nOwners: a, b, c\n\nName: b/y\nValue: 1\n\nName: c/y\nValue: 2\n\n")]
    public void SetsHaveWhatEitherSideAdded(string path, string before, string ours, string theirs, string expected)
    {
        MergedText merged = MachineTables.Find(path)!(Bytes(before), Bytes(ours), Bytes(theirs), null, MachineSides.None);
        Assert.Null(merged.Conflict);
        Assert.Equal(expected, Encoding.UTF8.GetString(merged.Text));
    }

    [Fact]
    public void StanzasMergeByField()
    {
        const string before = "Package: a\nStatus: install ok installed\nVersion: 1\nDescription: x\n more\n\nPackage: b\nVersion: 1\n";
        MergedText merged = StanzaFile.Merge(
            Bytes(before),
            Bytes(before.Replace("install ok", "hold ok", StringComparison.Ordinal)),
            Bytes(before.Replace("Version: 1\nDesc", "Version: 2\nDesc", StringComparison.Ordinal)),
            null,
            PackageSides.None);
        Assert.Null(merged.Conflict);
        Assert.Equal("Package: a\nStatus: hold ok installed\nVersion: 2\nDescription: x\n more\n\nPackage: b\nVersion: 1\n\n",
            Encoding.UTF8.GetString(merged.Text));
        Assert.Equal("'a' was changed on both sides",
            StanzaFile.Merge(Bytes(before), Bytes(before.Replace("Version: 1\nD", "Version: 2\nD", StringComparison.Ordinal)),
            Bytes(before.Replace("Version: 1\nD", "Version: 3\nD", StringComparison.Ordinal)), null, PackageSides.None).Conflict);
    }

    [Theory]
    [InlineData("etc/ld.so.cache", "ldconfig")]
    [InlineData("usr/share/icons/hicolor/icon-theme.cache", "gtk-update-icon-cache")]
    [InlineData("usr/share/mime/mime.cache", "update-mime-database")]
    [InlineData("boot/grub/grub.cfg", "update-grub")]
    [InlineData("usr/lib/modules/6.1.0-13-amd64/modules.dep.bin", "depmod")]
    [InlineData("usr/share/mime/text/plain.xml", "update-mime-database")]
    [InlineData("var/lib/systemd/catalog/database", "journalctl --update-catalog")]
    [InlineData("etc/resolv.conf", "")]
    [InlineData("etc/ssh/sshd_config", null)]
    [InlineData("etc/passwd", null)]
    [InlineData("usr/share/mime/packages/x.xml", null)]
    public void GeneratedFilesAreKnown(string path, string? maker) => Assert.Equal(maker, GeneratedFiles.FindMaker(path));

    [Theory]
    [InlineData("var/lib/dpkg/status-old", "var/lib/dpkg/status")]
    [InlineData("var/cache/debconf/config.dat-old", "var/cache/debconf/config.dat")]
    [InlineData("etc/gshadow-", "etc/gshadow")]
    [InlineData("etc/hosts-", null)]
    [InlineData("srv/status-old", null)]
    public void CopiesFromBeforeAreKnown(string path, string? original) => Assert.Equal(original, GeneratedFiles.FindOriginal(path));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
