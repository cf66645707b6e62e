using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests;

/// <summary>What real tools pack disks into is refused by name, with what to do; a disk is not.</summary>
public class ForeignFormatTests
{
    [Theory]
    [InlineData("touch a.ovf a.mf a.vmdk; tar cf packed a.ovf a.mf a.vmdk", "an OVA package", "tar xf")]
    [InlineData("touch a.ovf a.mf; head -c 5000 /dev/urandom > a.vmdk; tar cf packed a.mf a.vmdk a.ovf", "an OVA package",
        "commit the .vmdk in it")]
    [InlineData("touch A.OVF; tar cf packed --format=v7 A.OVF", "an OVA package", "tar xf")]
    [InlineData("touch a.ovf; tar cf packed --format=pax --pax-option=comment=x a.ovf", "an OVA package", "tar xf")]
    [InlineData("touch a b; tar cf packed --format=gnu a b", "a tar archive", "mig overlay")]
    [InlineData("touch a b; tar cf packed --format=v7 a b", "a tar archive", "tar xf")]
    [InlineData("touch a; zip -q packed.zip a; mv packed.zip packed", "a zip archive", "unzip")]
    [InlineData("touch a; echo a | cpio -o -H newc > packed", "a cpio archive", "cpio -id")]
    [InlineData("touch a; ar qc packed a", "an ar archive", "ar x")]
    public void Packages_are_named(string command, string name, string advice)
    {
        using var folder = new TestFolder();
        Tool.Run("bash", "-euc", $"cd '{folder.Path}'; {{ {command}; }} 2>/dev/null");
        var e = Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(folder["packed"], null, Limits.Default));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.Contains("--input-format raw", e.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder["packed"]), Disks.ReadAll(folder["packed"], "raw"));
    }

    [Theory]
    [InlineData("head -c 1M /dev/urandom > packed")] // next to never one of them
    [InlineData("truncate -s 1M packed; mke2fs -q -F packed")]
    [InlineData("truncate -s 1M packed; echo ,, | sfdisk -q packed")]
    [InlineData("truncate -s 0 packed")]
    [InlineData("printf '\\037\\213\\010\\340' > packed; truncate -s 1M packed")] // gzip with flags that there are not
    // a checksum that is wrong
    [InlineData("touch a.ovf; tar cf packed a.ovf; printf x | dd of=packed bs=1 seek=3 conv=notrunc status=none")]
    public void Disks_are_disks(string command)
    {
        using var folder = new TestFolder();
        Tool.Run("bash", "-euc", $"cd '{folder.Path}'; {command}");
        using DiskImage disk = DiskFormats.Open(folder["packed"], null, Limits.Default);
        Assert.Equal("raw", disk.Format);
    }
}
