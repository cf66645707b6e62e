using System.Text;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>What is put into a version stands there as cp would have put it on a mounted disk.</summary>
public class PutTests
{
    private const string Prepare =
        "mkdir -p srv/there srv/merged/sub; echo old > srv/file; chmod 640 srv/file; chown 5:6 srv/file; ln srv/file srv/second; ln -s "
        + "there srv/link; echo kept > srv/merged/kept";

    private const string Source = """
        mkdir -p src/sub/deep src/merged/sub; echo file > src/file; echo nested > src/sub/deep/nested; ln -s ../file src/sub/link; ln src/file src/sub/hard
        truncate -s 5M src/sparse; printf data | dd of=src/sparse bs=1 seek=3000000 conv=notrunc status=none
        mkfifo src/pipe; mknod src/null c 1 3; chmod 4750 src/file; chown 1000:1001 src/sub; chmod 1770 src/sub
        setfattr -n user.origin -v here src/sub/deep/nested; setfacl -m u:1000:r src/sub/deep/nested; echo new > src/merged/new; echo sub > src/merged/sub/s
        find src -exec touch -h -d @1600000000.5 {} +
        """;

    [Fact]
    public void AnArchiveIsWhatCpDoes()
    {
        using var image = new EditedImage(Prepare);
        MakeSource(image);
        image.Run(Put(image, "src", "/srv", isArchive: true), Put(image, "src/.", "/srv/merged/", isArchive: true));
        Assert.Equal(image.ByKernel("cp -a --sparse=always $2/src srv; cp -a --sparse=always $2/src/. srv/merged/"), image.ByMig());
        AssertSparse(image, "/srv/src/sparse");
    }

    [Fact]
    public void ATreeBelongsToRootAndHasNoSetIdBits()
    {
        using var image = new EditedImage(Prepare);
        MakeSource(image);
        image.Run(Put(image, "src", "/srv/new"));
        string script =
            "cp -a $2/src srv/new; chown -hR 0:0 srv/new; chmod u-s srv/new/file; find srv/new -exec setfattr -h -x user.origin {} + "
            + "2>/dev/null || true; setfacl -b srv/new/sub/deep/nested; chmod 644 srv/new/sub/deep/nested; find srv/new -exec touch -h -d "
            + "@1600000000.5 {} +";
        string[] times = [.. image.ByMig(withTimes: true).Split('\n').Where(line => line.StartsWith("srv/new", StringComparison.Ordinal))];
        Assert.Equal([.. image.ByKernel(script, withTimes: true).Split('\n')
            .Where(line => line.StartsWith("srv/new", StringComparison.Ordinal))], times);
    }

    [Fact]
    public void AFileThatIsReplacedKeepsOwnerModeAndNames()
    {
        using var image = new EditedImage(Prepare);
        image.Repository.Files.Write("source", "new content\n");
        image.Run(Put(image, "source", "/srv/file"));
        Assert.Equal(image.ByKernel("cp $2/source srv/file"), image.ByMig());
    }

    [Fact]
    public void ALinkIsFollowedWhereItIsNamedAndReplacedWithin()
    {
        using var image = new EditedImage(Prepare + "; ln -s file srv/tofile; mkdir srv/tree; ln -s ../file srv/tree/a");
        Directory.CreateDirectory(image.Repository.Files["tree"]);
        image.Repository.Files.Write("tree/a", "inside\n");
        image.Repository.Files.Write("source", "through\n");
        image.Run(Put(image, "source", "/srv/link"), Put(image, "source", "/srv/tofile"), Put(image, "tree/.", "/srv/tree"));
        Assert.Equal(image.ByKernel("cp $2/source srv/link/; cp $2/source srv/tofile; rm srv/tree/a; echo inside > srv/tree/a"),
            image.ByMig());
    }

    [Fact]
    public void SettingsAreForFilesAndNewFolders()
    {
        using var image = new EditedImage(Prepare);
        Directory.CreateDirectory(image.Repository.Files["tree/sub"]);
        image.Repository.Files.Write("tree/sub/a", "a\n");
        var settings = new NodeSettings { Mode = ModeChange.Parse("0600"), Owner = OwnerName.Parse("app:www") };
        image.Run(new PutOperation(Bytes("/new/place"), image.Repository.Files["tree"], settings, MakesParents: true));
        Assert.Equal(image.ByKernel(
            "mkdir -p new/place/sub; echo a > new/place/sub/a; chmod 600 new/place/sub/a; chown -R 1000:33 new/place"), image.ByMig());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var image = new EditedImage(Prepare);
        Directory.CreateDirectory(image.Repository.Files["tree/file"]);
        Directory.CreateDirectory(image.Repository.Files["other"]);
        image.Repository.Files.Write("there", "x");
        image.Repository.Files.Write("other/there", "x");
        Assert.Equal(RefusalReason.NotADirectory, Refused(image, Put(image, "tree/.", "/srv")));
        Assert.Equal(RefusalReason.IsADirectory, Refused(image, Put(image, "other/.", "/srv")));
        Assert.Equal(RefusalReason.NotADirectory, Refused(image, Put(image, "there", "/srv/file") with { IntoDirectory = true }));
        Assert.Throws<NotFoundException>(() => image.Run(Put(image, "there", "/nowhere/") with { IntoDirectory = true }));
    }

    private static RefusalReason Refused(EditedImage image, EditOperation operation) =>
        Assert.Throws<RefusedOperationException>(() => image.Run(operation)).Reason;

    private static PutOperation Put(EditedImage image, string source, string path, bool isArchive = false) =>
        new(Bytes(path), $"{image.Repository.Files.Path}/{source}", NodeSettings.None, isArchive);

    private static void MakeSource(EditedImage image) =>
        Tool.Run("bash", "-euc", "umask 022; cd \"$0\"; " + Source, image.Repository.Files.Path);

    private static void AssertSparse(EditedImage image, string path) =>
        Assert.InRange(int.Parse(System.Text.RegularExpressions.Regex.Match(
            Tool.Run("debugfs", "-R", $"stat {path}", image.Repository.Files["out.raw"]), @"Blockcount: (\d+)").Groups[1].Value,
            System.Globalization.CultureInfo.InvariantCulture), 1, 64);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
