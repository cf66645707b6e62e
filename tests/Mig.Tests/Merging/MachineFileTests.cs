using System.Text;
using Mig.Merging.Machines;

namespace Mig.Tests.Merging;

/// <summary>Files of a machine that are merged by what they mean.</summary>
public class MachineFileTests
{
    [Theory]
    [InlineData("etc/passwd", "a:x:1\n", "a:x:1\nb:x:2\n", "a:x:1\nc:x:3\n", "a:x:1\nb:x:2\nc:x:3\n")]
    [InlineData("etc/passwd", "a:x:1:/a:sh\nz:x:9::\n", "a:x:1:/a:zsh\nz:x:9::\n", "a:x:1:/home/a:sh\n", "a:x:1:/home/a:zsh\n")]
    [InlineData("etc/group", "g:x:1:a,b\n", "g:x:1:a,b,c\n", "g:x:1:b,d\n", "g:x:1:b,c,d\n")]
    [InlineData("etc/gshadow", "g:!:a:a\n", "g:!:a:a,b\n", "g:!:a,c:a\n", "g:!:a,c:a,b\n")]
    [InlineData("etc/subuid", "a:100000:65536\n", "a:100000:65536\nb:165536:65536\n", "a:100000:65536\na:300000:10\n", "a:100000:65536\nb:165536:65536\na:300000:10\n")]
    [InlineData("etc/shadow", "", "a:!:1\n", "b:!:1\n", "a:!:1\nb:!:1\n")]
    [InlineData("etc/passwd", "a:x:1\nb:x:2\nc:x:3\n", "a:x:1\nc:x:3\n", "new:x:7\na:x:1\nb:x:2\nc:x:3\n", "new:x:7\na:x:1\nc:x:3\n")]
    public void TablesOfAccountsMergeByName(string path, string before, string ours, string theirs, string expected)
    {
        MergedText merged = AccountFile.Find(path)!.Merge(Bytes(before), Bytes(ours), Bytes(theirs));
        Assert.Null(merged.Conflict);
        Assert.Equal(expected, Encoding.UTF8.GetString(merged.Text));
    }

    [Theory]
    [InlineData("a:x:1:\n", "a:x:1:\nb:x:5:\n", "a:x:1:\nc:x:5:\n", "'b' here and 'c' there are new and have the same number 5")]
    [InlineData("a:x:1:sh\n", "a:x:1:zsh\n", "a:x:1:ksh\n", "'a' was changed on both sides")]
    [InlineData("a:x:1:sh\n", "", "a:x:1:ksh\n", "'a' was removed here and changed there")]
    [InlineData("a:x:1:sh\n", "a:x:1:sh:more\n", "a:x:2:sh\n", "'a' was changed on both sides")]
    public void WhatDoesNotFitIsAConflict(string before, string ours, string theirs, string conflict) =>
        Assert.Equal(conflict, AccountFile.Find("etc/passwd")!.Merge(Bytes(before), Bytes(ours), Bytes(theirs)).Conflict);

    [Fact]
    public void StanzasMergeByField()
    {
        const string before = "Package: a\nStatus: install ok installed\nVersion: 1\nDescription: x\n more\n\nPackage: b\nVersion: 1\n";
        MergedText merged = StanzaFile.Merge(
            Bytes(before),
            Bytes(before.Replace("install ok", "hold ok", StringComparison.Ordinal)),
            Bytes(before.Replace("Version: 1\nDesc", "Version: 2\nDesc", StringComparison.Ordinal)),
            _ => null);
        Assert.Null(merged.Conflict);
        Assert.Equal("Package: a\nStatus: hold ok installed\nVersion: 2\nDescription: x\n more\n\nPackage: b\nVersion: 1\n\n", Encoding.UTF8.GetString(merged.Text));
        Assert.Equal("'a:' was changed on both sides", StanzaFile.Merge(Bytes(before), Bytes(before.Replace("Version: 1\nD", "Version: 2\nD", StringComparison.Ordinal)), Bytes(before.Replace("Version: 1\nD", "Version: 3\nD", StringComparison.Ordinal)), _ => null).Conflict);
    }

    [Theory]
    [InlineData("etc/ld.so.cache", "ldconfig")]
    [InlineData("usr/share/icons/hicolor/icon-theme.cache", "gtk-update-icon-cache")]
    [InlineData("usr/share/mime/mime.cache", "update-mime-database")]
    [InlineData("var/lib/dpkg/status-old", "")]
    [InlineData("etc/passwd-", "")]
    [InlineData("etc/passwd", null)]
    [InlineData("usr/share/mime/packages/x.xml", null)]
    public void GeneratedFilesAreKnown(string path, string? maker) => Assert.Equal(maker, GeneratedFiles.FindMaker(path));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
