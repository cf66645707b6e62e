using Mig.Testing.FileSystems;

namespace Mig.Tests.Edits;

/// <summary>A repository with one FAT volume that is changed through mig, and a copy of the volume that mtools change.</summary>
internal sealed class EditedFat : EditedDisk
{
    private const int Kibibytes = 4096;

    /// <param name="prepare">A script of mtools that fills the volume, drive <c>c:</c>; the current folder is that of the disks.</param>
    public EditedFat(string prepare, string options = "-F 12")
    {
        FatTools.Make(Repository.Files["disk"], Kibibytes, options, $"cd \"$1\"\n{prepare}", Repository.Files.Path);
        File.Copy(Repository.Files["disk"], Repository.Files["twin"]);
        Repository.Commit("disk");
    }

    /// <summary>Changes the copy with mtools; the current folder is that of the disks.</summary>
    public string ByMtools(string script, bool withTimes = false)
    {
        FatTools.Run(Repository.Files["twin"], $"cd \"$1\"\n{script}", Repository.Files.Path);
        return FatTools.List(Repository.Files["twin"], withTimes);
    }

    /// <summary>What mtools see of the version that mig changed, which fsck.fat accepts, and a commit of which finds the same.</summary>
    public string ByMig(bool withTimes = false)
    {
        string disk = Repository.Export("out.raw");
        Assert.Null(FatTools.FindComplaint(disk));
        FreshCommit.AssertFindsTheSame(Repository, disk, "after the edit");
        return FatTools.List(disk, withTimes);
    }
}
