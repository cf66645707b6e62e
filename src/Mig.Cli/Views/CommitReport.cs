using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.History.Commits;
using Mig.Images.Ingest;
using Mig.Versions.Commits;

namespace Mig.Cli.Views;

/// <summary>Prints what a commit found, what of it was new, and what could not be looked into.</summary>
internal sealed class CommitReport(Session session)
{
    public void Write(CommitResult result)
    {
        DiskWarnings.Say(session, result.Disks);
        if (session.IsJson)
        {
            session.WriteJson(CommitResultJson.Of(result), MigJson.Default.CommitResultJson);
            return;
        }

        if (session.IsQuiet)
            return;
        if (result.Id is not { } id)
        {
            session.Output.WriteLine(
                $"Nothing changed since {result.Branch?.ShortName ?? "HEAD"}, so there is no new commit; --allow-empty makes one all the "
                + "same.");
            if (result.Disks.Sum(disk => disk.TrustedBytes) is > 0 and long trusted)
                session.Output.WriteLine(
                    $"{Sizes.Bytes(trusted)} were not read (--quick): sizes, times and places of those files are as they were.");
            return;
        }

        string branch = result.Branch?.ShortName ?? "detached HEAD";
        string root = result.IsRoot ? " (root-commit)" : "";
        session.Output.WriteLine(
            $"[{branch}{root} {session.Palette.Yellow(CommitView.ShortId(id.Value))}] "
                + $"{SafeText.Line(MessageText.Subject(result.Message))}");
        foreach (DiskReport disk in result.Disks)
            Write(disk);
        if (result.Disks.Count > 0)
            WriteShares(result);
    }

    /// <summary>What became of a session's commit, in one line.</summary>
    public static string LineOf(CommitResult result) => result.Id is { } id
        ? $"[{result.Branch?.ShortName} {id.Value.ToShortString()}] {SafeText.Line(MessageText.Subject(result.Message))}"
        : $"Nothing differs from {result.Branch?.ShortName}, so there is no new commit.";

    private void Write(DiskReport disk)
    {
        session.Output.WriteLine(
            $" {SafeText.Name(disk.Name)}: {SafeText.Line(disk.Format)}, {Sizes.Bytes(disk.Length)}, {ImageView.SchemeName(disk.Scheme)}");
        foreach (VolumeReport volume in disk.Volumes)
        {
            string place = volume.Number == 0 ? "whole disk" : $"@{volume.Number}";
            string label = volume.Label.Length == 0 ? "" : $" '{SafeText.Line(volume.Label)}'";
            string found = volume.FileSystem.Length == 0
                ? $"{Sizes.Bytes(volume.Length)}, not looked into"
                : $"{SafeText.Line(volume.FileSystem)}{label}, {Sizes.Count(volume.Files, "file")} in "
                    + $"{Sizes.Count(volume.Directories, "directory", "directories")}, {Sizes.Bytes(volume.FileBytes)}";
            session.Output.WriteLine($"   {place}: {found}");
        }

        if (disk.TrustedBytes > 0)
            session.Output.WriteLine($"   took {Sizes.Bytes(disk.TrustedBytes)} from the version before without reading them (--quick)");
        if (disk.DiscardedBytes > 0)
            session.Output.WriteLine($"   left out {Sizes.Bytes(disk.DiscardedBytes)} of free space: it will read as zeros");
        if (disk.DeletedBytes > 0)
            session.Output.WriteLine($"   keeps {Sizes.Bytes(disk.DeletedBytes)} of deleted data (--discard-free leaves it out)");
    }

    private void WriteShares(CommitResult result)
    {
        long found = result.Disks.Sum(disk => disk.StoredBytes);
        long shared = Math.Max(0, found - result.NewBytes);
        session.Output.WriteLine(
            $" new: {Sizes.Bytes(result.NewBytes)} in {Sizes.Count(result.NewObjects, "object")}, stored in "
            + $"{Sizes.Bytes(result.StoredBytes)}; "
            + (shared == 0 ? "shared: nothing" : $"shared or empty: {Sizes.Bytes(shared)} of {Sizes.Bytes(found)}"));
    }
}
