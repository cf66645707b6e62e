using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.Images.Verification;
using Mig.Machines.Verification;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Images.Inventories;

namespace Mig.Tests.Images.Verification;

/// <summary>
/// Files that were changed after their packages were installed, against what <c>dpkg --verify</c> and <c>rpm -V</c> say of the same disk.
/// </summary>
public sealed class PackageVerifierTests : IDisposable
{
    private readonly MachineRoot _machine = new();

    [Fact]
    public void FindingsAreThoseOfDpkg()
    {
        // Two packages as dpkg installs them: conffiles, a diversion, a name with spaces.
        _machine.Run("""
            mkdir -p $work/one/DEBIAN $work/one/etc $work/one/usr/share/one $work/two/DEBIAN $work/two/usr/share/two var/lib/dpkg/updates var/lib/dpkg/info
            touch var/lib/dpkg/status var/lib/dpkg/available
            printf 'Package: one\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n' > $work/one/DEBIAN/control
            printf 'Package: two\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n' > $work/two/DEBIAN/control
            printf '/etc/one.conf\n/etc/same.conf\n' > $work/one/DEBIAN/conffiles
            echo one > $work/one/etc/one.conf
            echo same > $work/one/etc/same.conf
            for i in 1 2 3 4 5; do echo file $i > $work/one/usr/share/one/file$i; done
            echo blank > "$work/one/usr/share/one/a b"
            head -c 3000000 /dev/urandom > $work/one/usr/share/one/large
            ln -s file1 $work/one/usr/share/one/link
            ln -s file1 $work/one/usr/share/one/kept
            mkdir $work/one/usr/share/one/empty
            echo two > $work/two/usr/share/two/file
            echo diverted > $work/two/usr/share/two/diverted
            dpkg-deb -b $work/one $work/one.deb; dpkg-deb -b $work/two $work/two.deb
            dpkg-divert --admindir $root/var/lib/dpkg --local --no-rename --divert /usr/share/two/elsewhere --add /usr/share/two/diverted
            dpkg --root=$root --force-not-root --force-bad-path --log=$work/log -i $work/one.deb $work/two.deb
            """);
        Assert.Empty(Verify(wantsExtra: false).Findings);
        Assert.Empty(DpkgFindings());
        _machine.Run("""
            echo other > etc/one.conf
            echo other > usr/share/one/file1
            rm usr/share/one/file2
            chmod 600 usr/share/one/file3
            touch usr/share/one/file4
            ln -sf file1 usr/share/one/file5
            rm usr/share/one/link
            rmdir usr/share/one/empty
            echo other > 'usr/share/one/a b'
            printf x | dd of=usr/share/one/large bs=1 seek=2000000 conv=notrunc status=none
            echo other > usr/share/two/elsewhere
            echo extra > usr/share/two/extra
            """);
        VerificationReport report = Verify(wantsExtra: true);
        string[] expected = DpkgFindings();
        Assert.Equal(8, expected.Length);

        // dpkg looks for the checksum of a diverted file under its new name, where there is none.
        Assert.Equal([.. expected, "changed /usr/share/two/elsewhere"], report.Findings.Where(finding => finding.Kind != FindingKind.Extra)
            .Select(finding =>
            $"{(finding.Kind == FindingKind.Missing ? "missing" : "changed")} {(finding.IsConfiguration ? "c " : "")}/{finding.Path}"));
        Assert.Equal(["usr/share/two/extra"], report.Findings.Where(finding => finding.Kind == FindingKind.Extra)
            .Select(finding => finding.Path));
        FileFinding one = report.Findings.Single(finding => finding.Path == "usr/share/one/file1");
        Assert.Equal((Md5("file 1\n"), Md5("other\n"), "one"), (one.Expected, one.Actual, one.Package));
    }

    [Fact]
    public void FindingsAreThoseOfRpm()
    {
        _machine.Files.Write("x.spec", """
            Name: x
            Version: 1
            Release: 1
            Summary: x
            License: x
            BuildArch: noarch
            %description
            x
            %install
            mkdir -p %{buildroot}/etc %{buildroot}/usr/share/x
            echo conf > %{buildroot}/etc/x.conf
            for i in 1 2 3 4; do echo $i > %{buildroot}/usr/share/x/file$i; done
            ln -s file1 %{buildroot}/usr/share/x/link
            ln -s file1 %{buildroot}/usr/share/x/other
            %files
            %config /etc/x.conf
            /usr/share/x
            """);
        _machine.Run("""
            rpmbuild -bb --define "_topdir $work/build" $work/x.spec >/dev/null 2>&1
            rpm --root $root --dbpath /var/lib/rpm -i --nodeps --noscripts $work/build/RPMS/noarch/*.rpm 2>/dev/null
            """);
        Assert.Empty(Verify(wantsExtra: false).Findings);
        Assert.Empty(RpmFindings());
        _machine.Run("""
            echo other > etc/x.conf
            echo other > usr/share/x/file1
            rm usr/share/x/file2
            chmod 600 usr/share/x/file3
            ln -sf file4 usr/share/x/link
            """);
        string[] expected = RpmFindings();
        Assert.Equal(5, expected.Length);
        Assert.Equal(expected, Verify(wantsExtra: false).Findings.Select(finding => "/" + finding.Path));
    }

    [Fact]
    public void FindingsOfApkAreByItsChecksums()
    {
        _machine.Write("etc/x.conf", "x\n");
        _machine.Write("bin/tool", "tool\n");
        _machine.Run("chmod 644 etc/x.conf; chmod 755 bin/tool; ln -s tool bin/link");
        string Sum(string text) => "Q1" + Convert.ToBase64String(ContentDigests.Hash(DigestAlgorithm.Sha1, Encoding.UTF8.GetBytes(text)));
        _machine.Write("lib/apk/db/installed",
            $"P:x\nV:1-r0\nF:etc\nR:x.conf\nZ:{Sum("x\n")}\nF:bin\nM:0:0:755\nR:tool\na:0:0:755\nZ:{Sum("tool\n")}\nR:link\na:0:0:777\nZ:{Sum("tool")}\n\n");
        Assert.Empty(Verify(wantsExtra: false).Findings);
        _machine.Run("echo y > etc/x.conf; chmod 700 bin/tool; ln -sf elsewhere bin/link");
        Assert.Equal(["Changed bin/link", "Mode bin/tool", "Changed etc/x.conf"],
            Verify(wantsExtra: false).Findings.Select(finding => $"{finding.Kind} {finding.Path}"));
    }

    [Fact]
    public void DamagedCacheIsMadeAnew()
    {
        _machine.Write("usr/a", "a\n");
        _machine.Write("var/lib/dpkg/info/a.md5sums", $"{Md5("a\n")}  usr/a\n");
        _machine.Write("var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/a\n");
        Assert.Empty(Verify(wantsExtra: false).Findings);
        string cache = Path.Combine(_machine.RepositoryFolder, "cache/digests/md5");
        byte[] bytes = File.ReadAllBytes(cache);

        // What is in the cache is believed when it was written here, and nowhere else: anybody can compute a checksum.
        byte[] wrong = bytes[..^32];
        wrong[^1] ^= 1;
        File.WriteAllBytes(cache, [.. wrong, .. SHA256.HashData(wrong)]);
        Assert.Empty(Verify(wantsExtra: false).Findings);
        for (int bit = 0; bit < bytes.Length * 8; bit += 41)
        {
            File.WriteAllBytes(cache, Damage.FlipBit(bytes, bit));
            Assert.Empty(Verify(wantsExtra: false).Findings);
        }
    }

    [Fact]
    public void MachineWithoutRecordsIsRefused()
    {
        _machine.Write("etc/os-release", "ID=x\n");
        Assert.Contains("no package database", Assert.Throws<NotFoundException>(() => Verify(wantsExtra: false)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _machine.Dispose();

    private static string Md5(string text) =>
        Convert.ToHexStringLower(ContentDigests.Hash(DigestAlgorithm.Md5, Encoding.UTF8.GetBytes(text)));

    private VerificationReport Verify(bool wantsExtra)
    {
        _machine.Commit();
        using Repository repository = _machine.Open();
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD"));
        return new PackageVerifier(repository).Verify(image, null, "HEAD", wantsExtra, TestContext.Current.CancellationToken);
    }

    // The kernel's view of the very disk that was committed.
    private string[] DpkgFindings()
    {
        using var mount = new LoopMount(_machine.Disk, "ro");
        (_, string output) = Tool.Try("dpkg", $"--root={mount.Path}", "--verify");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            string path = line[line.IndexOf('/', StringComparison.Ordinal)..].Replace(mount.Path, "", StringComparison.Ordinal);
            bool isMissing = line.StartsWith("missing", StringComparison.Ordinal);
            return $"{(isMissing ? "missing" : "changed")} "
                + $"{(line[..line.IndexOf('/', StringComparison.Ordinal)].Contains(" c ", StringComparison.Ordinal) ? "c " : "")}{path.Split(" (")[0]}";
        }).OrderBy(line => line[line.IndexOf('/', StringComparison.Ordinal)..], StringComparer.Ordinal)];
    }

    private string[] RpmFindings()
    {
        (_, string output) = Tool.Try(
            "rpm", "--root", _machine.Path, "--dbpath", "/var/lib/rpm", "-Va", "--nodeps", "--nomtime", "--nouser", "--nogroup");
        return [.. output.Split('\n').Where(line => line.Contains('/', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Order(StringComparer.Ordinal)];
    }
}
