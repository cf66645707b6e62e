using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>A repository with one ext4 disk that is changed through mig, and a copy of the disk that the kernel changes.</summary>
internal sealed class EditedImage : EditedDisk
{
    public const string Accounts = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n";
    public const string Groups = "root:x:0:\napp:x:1001:\nwww:x:33:\n";

    /// <param name="prepare">A script that fills the root folder <c>$1</c> of the disk.</param>
    public EditedImage(string prepare, string options = "-t ext4 -b 4096")
    {
        string root = Repository.Files["root"];
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(Path.Combine(root, "etc/os-release"), "NAME=test\n");
        File.WriteAllText(Path.Combine(root, "etc/passwd"), Accounts);
        File.WriteAllText(Path.Combine(root, "etc/group"), Groups);
        Tool.Run("bash", "-euc", "cd \"$1\"; umask 022\n" + prepare, "prepare", root);
        Tool.Run("mke2fs", ["-F", "-q", .. options.Split(' '), "-d", root, Repository.Files["disk"], "32M"]);
        File.Copy(Repository.Files["disk"], Repository.Files["kernel"]);
        Repository.Commit("disk");
    }

    /// <summary>Changes the copy with the tools of the system; the folder is <c>$1</c> and the current one.</summary>
    public string ByKernel(string script, bool withTimes = false)
    {
        using Mount mount = Mount.Image(Repository.Files["kernel"]);
        Tool.Run("bash", "-euc", "cd \"$1\"; umask 022\n" + script, "kernel", mount.Path, Repository.Files.Path);
        return FileListing.Of(mount.Path, withTimes);
    }

    /// <summary>What the kernel sees of the version that mig changed, which e2fsck accepts.</summary>
    public string ByMig(bool withTimes = false)
    {
        string disk = Repository.Export("out.raw");
        (int exitCode, string output) = Tool.Try("e2fsck", "-fn", disk);
        Assert.True(exitCode == 0, output);
        using Mount mount = Mount.Image(disk, "ro");
        return FileListing.Of(mount.Path, withTimes);
    }
}
