using Mig.Core;
using Mig.Edits.Layers;
using Mig.History.Revisions;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>A version with a layer over it is what the kernel's overlayfs shows of the two.</summary>
public class OverlayTests
{
    private const string Lower = """
        mkdir -p a/sub b/deep/er opq/in c merged; for f in a/one a/two a/sub/x b/deep/er/y opq/old opq/in/z c/f merged/below; do echo $f > $f; done
        echo top > top; ln a/two a/hard; ln -s a link; ln -s merged dirlink; chmod 4755 a/two; mkdir typed; echo t > typed/t; echo f > wasfile
        """;

    // Everything that an overlay can do: the upper folder that overlayfs itself leaves is the layer.
    private const string Changes = """
        rm a/one; rm -r b/deep; rm -r opq; mkdir opq; echo fresh > opq/fresh; mkdir opq/in; echo in > opq/in/in
        echo changed > c/f; chmod 600 c/f; chown 5:6 c; mkdir merged/new; echo new > merged/new/n; ln -s n merged/new/l
        rm -r typed; echo file > typed; rm wasfile; mkdir wasfile; echo d > wasfile/d; rm link; mkfifo pipe; mknod dev b 7 300
        setfattr -n user.k -v v merged/new/n; setcap cap_net_raw+ep merged/new/n; chmod 1777 merged; touch -d @1500000000.25 merged/new c/f
        truncate -s 3M merged/holes; printf x | dd of=merged/holes bs=1 seek=2000000 conv=notrunc status=none
        ln merged/new/n merged/new/n2; mkdir -m 700 empty
        """;

    // An overlayfs upper folder as OCI layers are: whiteouts become files.
    private const string ToOci = """
        cd "$1"; find . -type c -exec sh -c 'for f; do case "$(stat -c %t:%T "$f")" in 0:0) rm "$f"; touch "$(dirname "$f")/.wh.$(basename "$f")";; esac; done' sh {} +
        find . -type d | while read -r d; do if getfattr --only-values -n trusted.overlay.opaque "$d" 2>/dev/null | grep -q y; then t=$(stat -c %y "$d"); touch "$d/.wh..wh..opq"; touch -d "$t" "$d"; fi; done
        find . -depth -exec setfattr -h -x trusted.overlay.opaque {} \; -exec setfattr -h -x trusted.overlay.origin {} \; -exec setfattr -h -x trusted.overlay.impure {} \; 2>/dev/null || true
        """;

    [Fact]
    public void AFolderIsWhatOverlayfsShows()
    {
        using var image = new EditedImage(Lower);
        string expected = MakeUpper(image);
        try
        {
            image.Edit((volume, repository) => new ImageLayer(repository, keepsLinks: false)
                .ApplyFolder(volume, Whole, image.Repository.Files["memory/upper"], TestContext.Current.CancellationToken));
        }
        finally
        {
            Tool.Run("umount", image.Repository.Files["memory"]);
        }

        Assert.Equal(expected, image.ByMig());
    }

    [Theory]
    [InlineData("--format=pax --xattrs --xattrs-include=*", "cat")]
    [InlineData("--format=pax -S --sparse-version=1.0 --xattrs --xattrs-include=*", "gzip -c")]
    [InlineData("--format=pax --xattrs --xattrs-include=*", "bzip2 -c")]
    [InlineData("--format=pax -S --sparse-version=0.1 --xattrs --xattrs-include=*", "zstd -q -c")]
    [InlineData("--format=pax -S --sparse-version=0.0 --xattrs --xattrs-include=*", "zstd -q -19 -c")]
    public void AnArchiveIsWhatOverlayfsShows(string format, string compressor)
    {
        using var image = new EditedImage(Lower);
        string expected = MakeUpper(image);
        string layer = MakeLayer(image, format, compressor);
        Lay(image, layer);
        Assert.Equal(expected, image.ByMig());
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=gnu -S")]
    [InlineData("--format=ustar")]
    [InlineData("--format=v7")]
    [InlineData("--format=posix --numeric-owner")]
    public void OlderFormatsHaveAllButAttributes(string format)
    {
        using var image = new EditedImage(Lower);
        string changes = Changes.Replace(
            "setfattr -n user.k -v v merged/new/n; setcap cap_net_raw+ep merged/new/n;", "", StringComparison.Ordinal)
            .Replace("mkfifo pipe; mknod dev b 7 300", format.Contains("v7", StringComparison.Ordinal) ? ""
            : "mkfifo pipe; mknod dev b 7 300", StringComparison.Ordinal);
        string expected = MakeUpper(image, changes);
        string layer = MakeLayer(image, format, "cat");
        Lay(image, layer);
        Assert.Equal(expected, image.ByMig());
    }

    // 'tar c -C build .' has the folder itself as './', with the owner and mode of whoever built it.
    [Fact]
    public void TheFolderOfALayerSaysNothingOfTheRoot()
    {
        using var image = new EditedImage("true");
        Tool.Run("bash", "-euc",
            "cd \"$0\"; mkdir -p build/etc; echo x > build/etc/new; chmod 750 build; setfattr -n user.k -v v build; chown -R 1000:1000 "
            + "build; touch -d @1 build; tar --xattrs --xattrs-include='*' -cf build.tar -C build .", image.Repository.Files.Path);
        string root = Root(image);
        Lay(image, image.Repository.Files["build.tar"]);
        Assert.Equal(root, Root(image));
        image.Edit((volume, repository) => new ImageLayer(repository, keepsLinks: false)
            .ApplyFolder(volume, Whole, image.Repository.Files["build"], TestContext.Current.CancellationToken));
        Assert.Equal(root, Root(image));
        Assert.Contains("/etc/new", image.ByMig(), StringComparison.Ordinal);
    }

    private static string Root(EditedImage image)
    {
        using Repository repository = image.Repository.Open();
        History.Trees.TreeEntry root = new Mig.Images.Browse.ImageBrowser(repository).Find("HEAD:/").Entry;
        return $"{Convert.ToString(root.Mode, 8)} {root.Uid}:{root.Gid} {root.Xattrs.Count}";
    }

    [Fact]
    public void RefusalsNameLayerAndEntry()
    {
        using var image = new EditedImage("true");
        Tool.Run("bash", "-euc", "cd \"$0\"; printf x > x; tar -cf bad.tar --transform 's,^x$,../../x,' -P x", image.Repository.Files.Path);
        CorruptImageException refused = Assert.Throws<CorruptImageException>(() => image.Edit((volume, repository) =>
        {
            using FileStream archive = File.OpenRead(image.Repository.Files["bad.tar"]);
            new ImageLayer(repository, keepsLinks: false) { Name = "bad.tar" }.ApplyArchive(
                volume, Whole, archive, TestContext.Current.CancellationToken);
        }));
        Assert.StartsWith("TAR-007: bad.tar, '../../x': path", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheJudgeSeesAWhiteoutThatIsMissing()
    {
        using var image = new EditedImage(Lower);
        string expected = MakeUpper(image);
        string layer = MakeLayer(image, "--format=pax --xattrs --xattrs-include=* --exclude=.wh.one", "cat");
        Lay(image, layer);
        Assert.NotEqual(expected, image.ByMig());
    }

    // OCI: a whiteout hides what lower layers have, never what its own layer brings, in whichever order they stand.
    [Theory]
    [InlineData("d/.wh..wh..opq d/mine d/sub/mine")]
    [InlineData("d/mine d/sub/mine d/.wh..wh..opq")]
    [InlineData("d/sub/mine .wh.d d/mine")]
    public void TheOrderInALayerCountsNothing(string order)
    {
        using var image = new EditedImage("mkdir -p d/sub; echo l > d/lower; echo l > d/sub/lower; echo l > stays");
        string folder = image.Repository.Files["layer"];
        Tool.Run("bash", "-euc",
            "mkdir -p \"$0/d/sub\"; cd \"$0\"; echo m > d/mine; echo m > d/sub/mine; touch d/.wh..wh..opq .wh.d; tar --owner=0 --group=0 "
            + "--mode=0644 -cf ../layer.tar " + order, folder);
        Lay(image, image.Repository.Files["layer.tar"]);
        string seen = image.ByMig();
        Assert.Equal(["d/mine", "d/sub/mine", "stays"], seen.Split('\n').Where(line => line.Contains("|f|", StringComparison.Ordinal)
            && !line.StartsWith("etc/", StringComparison.Ordinal)).Select(line => line.Split('|')[0]));
    }

    [Fact]
    public void LongNamesAndLargeNumbersAreRead()
    {
        using var image = new EditedImage("true");
        string name = $"{new string('n', 120)}/{new string('m', 200)}";
        string script =
            $"mkdir -p {name}; echo x > {name}/file; ln -s {new string('t', 300)} link; chown 3000000:4000000 {name}/file; touch -d "
            + $"@5000000000 {name}/file; touch -d @-1.5 link2";
        string folder = image.Repository.Files["layer"];
        Tool.Run("bash", "-euc",
            $"mkdir \"$0\"; cd \"$0\"; umask 022; {script}; tar --format=gnu -cf ../gnu.tar *; tar --format=pax -cf ../pax.tar *", folder);
        Lay(image, image.Repository.Files["gnu.tar"]);
        string gnu = image.ByMig();
        Lay(image, image.Repository.Files["pax.tar"]);
        Assert.Equal(gnu, image.ByMig());
        string times = image.ByMig(withTimes: true);
        Assert.Contains(/* findutils says -2.5 for -1.5 */ "link2 -2.5000000000\n", times, StringComparison.Ordinal);
        Assert.Contains("/file 5000000000.0000000000\n", times, StringComparison.Ordinal);
        Assert.Equal(image.ByKernel(script), gnu);
    }

    [Fact]
    public void ALinkToADirectoryStaysWhenAsked()
    {
        using var image = new EditedImage("mkdir -p usr/lib; echo l > usr/lib/l; ln -s usr/lib lib");
        Tool.Run("bash", "-euc",
            "cd \"$0\"; umask 022; mkdir -p layer/lib; echo m > layer/lib/m; tar -C layer -cf layer.tar lib; tar -C layer -cf implied.tar "
            + "lib/m", image.Repository.Files.Path);
        Lay(image, image.Repository.Files["layer.tar"], keepsLinks: true);
        Lay(image, image.Repository.Files["implied.tar"]);
        Assert.Equal(image.ByKernel("echo m > usr/lib/m"), image.ByMig());
        Lay(image, image.Repository.Files["layer.tar"]);
        Assert.Equal(image.ByKernel("rm lib; mkdir lib; echo m > lib/m"), image.ByMig());
    }

    [Fact]
    public void NothingLeadsOutOfTheVolume()
    {
        using var image = new EditedImage("ln -s / root; ln -s ../../../../../../../tmp up; mkdir tmp");
        string mark = $"mig-escape-{Guid.NewGuid():n}";
        string folder = image.Repository.Files["layer"];
        Tool.Run("bash", "-euc",
            $"mkdir -p \"$0/root\" \"$0/up\"; cd \"$0\"; umask 022; echo x > up/{mark}; echo y > root/y; tar -cf ../layer.tar up/{mark} "
            + "root/y", folder);
        Lay(image, image.Repository.Files["layer.tar"]);
        Assert.False(File.Exists("/tmp/" + mark));
        Assert.Equal(image.ByKernel($"echo x > tmp/{mark}; echo y > y"), image.ByMig());
    }

    private static PathSpec Whole => new(null, null, default);

    private static void Lay(EditedImage image, string layer, bool keepsLinks = false) => image.Edit((volume, repository) =>
    {
        using FileStream archive = File.OpenRead(layer);
        new ImageLayer(repository, keepsLinks).ApplyArchive(volume, Whole, archive, TestContext.Current.CancellationToken);
    });

    /// <summary>Changes the disk through overlayfs; the upper folder is memory/upper afterwards.</summary>
    /// <returns>What the overlay shows.</returns>
    private static string MakeUpper(EditedImage image, string changes = Changes)
    {
        string files = image.Repository.Files.Path;
        Tool.Run("bash", "-euc",
            "cd \"$0\"; mkdir memory lower merged; mount -t tmpfs tmpfs memory; mkdir memory/upper memory/work; chmod 755 memory/upper; "
            + "mount -o loop,ro kernel lower; mount -t overlay -o "
            + "lowerdir=lower,upperdir=memory/upper,workdir=memory/work,redirect_dir=off,metacopy=off,xino=off overlay merged", files);
        try
        {
            Tool.Run("bash", "-euc", "cd \"$0/merged\"; umask 022; " + changes, files);
            return FileListing.Of(Path.Combine(files, "merged"));
        }
        finally
        {
            Tool.Run("bash", "-euc", "cd \"$0\"; umount merged lower; rmdir merged lower", files);
        }
    }

    private static string MakeLayer(EditedImage image, string format, string compressor)
    {
        string files = image.Repository.Files.Path;
        try
        {
            Tool.Run("bash", "-euc", ToOci, "oci", Path.Combine(files, "memory/upper"));
            Tool.Run("bash", "-euc", $"cd \"$0\"; set -f; tar {format} -C memory/upper -cf - . | {compressor} > layer", files);
        }
        finally
        {
            Tool.Run("umount", image.Repository.Files["memory"]);
        }

        return Path.Combine(files, "layer");
    }
}
