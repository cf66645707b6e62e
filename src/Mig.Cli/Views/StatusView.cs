using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Diffs;
using Mig.Versions.Compare;
using Mig.Versions.Working;

namespace Mig.Cli.Views;

/// <summary>Prints where a repository stands and what on a disk is not committed, in the words of <c>git status</c>.</summary>
internal sealed class StatusView(Session session, DiskStatus status, string against)
{
    private readonly TextOutput _output = session.Output;

    public void Write()
    {
        _output.WriteLine(status.Head.Branch is { } branch ? $"On branch {branch.ShortName}"
            : $"HEAD detached at {CommitView.ShortId(status.Head.Id!.Value)}");
        if (Distance() is { Length: > 0 } distance)
            _output.WriteLine(distance);
        if (status.Head.IsUnborn)
            _output.WriteLine("\nNo commits yet");
        if (status.Sides?.DisksAfter is not { } disks)
        {
            _output.WriteLine(status.Head.IsUnborn
                ? "'mig commit DISK' makes the first one"
                : "\nwhich disk the last commit was made from is not known here, or it is gone; 'mig status DISK' compares one");
            return;
        }

        _output.WriteLine($"\n{string.Join(", ", disks.Paths.Select(SafeText.Name))} against {Against()}, {How()}");
        _output.WriteLine();
        if (!status.Differs)
        {
            _output.WriteLine("nothing differs");
            return;
        }

        new DiffSummary(_output, session.Palette).Write(status.Files!, status.Sides.CompareSettings(status.Files!));
        if (status.Disks.Count > 0)
        {
            _output.WriteLine();
            new DiskDiffView(_output, session.Palette).Write(status.Disks);
        }
    }

    /// <summary>Prints a letter and a path for each file, and <c>!</c> for what differs outside of files.</summary>
    public void WriteShort(bool showsBranch)
    {
        if (showsBranch)
            _output.WriteLine("## " + ShortBranch());
        foreach (VolumeComparison volume in status.Files?.Volumes ?? [])
        {
            foreach (TreeChange change in volume.Changes)
            {
                string from = change.OldPath is { } old ? DiffNames.SafePath(volume, old) + " -> " : "";
                _output.WriteLine($"{DiffNames.Letter(change)} {from}{DiffNames.SafePath(volume, change.Path)}");
            }
        }

        foreach (DiskComparison disk in status.Disks)
            _output.WriteLine(
                $"! {SafeText.Name((disk.After ?? disk.Before)!.Name)}: {string.Join(", ", disk.Regions.Select(DiskDiffView.Place))}"
                .TrimEnd(' ', ':'));
    }

    private string Against()
    {
        ResolvedVersion version = new(session.Repository, against);
        return version.Subject.Length == 0 ? against : $"{against} ({version.ShortId} \"{SafeText.Line(version.Subject)}\")";
    }

    private string How() => status.TrustedBytes > 0
        ? $"quickly: {Sizes.Bytes(status.TrustedBytes)} were not read, since size, times and place of those files are as they were "
            + "(--full reads them)"
        : "all files read";

    private string Distance()
    {
        if (status.Upstream is not { } upstream)
            return "";
        string name = upstream.ShortName;
        return status.Apart switch
        {
            null => upstream.Id is null ? $"Your branch is based on '{name}', but the upstream is gone." : "",
            { Ahead: 0, Behind: 0 } => $"Your branch is up to date with '{name}'.",
            { Behind: 0 } apart => $"Your branch is ahead of '{name}' by {Sizes.Count(apart.Ahead, "commit")}; 'mig push' publishes them.",
            { Ahead: 0 } apart => $"Your branch is behind '{name}' by {Sizes.Count(apart.Behind, "commit")}; 'mig pull' brings them.",
            { } apart =>
                $"Your branch and '{name}' have diverged, and have {apart.Ahead} and {apart.Behind} different commits each, respectively.",
        };
    }

    // As Git: "main...origin/main [ahead 1, behind 2]".
    private string ShortBranch()
    {
        string name = status.Head.Branch?.ShortName ?? "HEAD (no branch)";
        if (status.Head.IsUnborn)
            return "No commits yet on " + name;
        if (status.Upstream is not { } upstream)
            return name;
        string apart = status.Apart switch
        {
            null => " [gone]",
            { Ahead: 0, Behind: 0 } => "",
            { Behind: 0 } found => $" [ahead {found.Ahead}]",
            { Ahead: 0 } found => $" [behind {found.Behind}]",
            { } found => $" [ahead {found.Ahead}, behind {found.Behind}]",
        };
        return $"{name}...{upstream.ShortName}{apart}";
    }

    private readonly struct ResolvedVersion
    {
        public ResolvedVersion(Repository repository, string revision)
        {
            CommitId? id = repository.Revisions.Resolve(revision).Kind is ObjectKind.Image ? null
                : repository.Revisions.ResolveCommit(revision);
            (ShortId, Subject) = id is { } commit ? (CommitView.ShortId(commit.Value), repository.Objects.ReadCommit(commit).Subject)
                : ("", "");
        }

        public string ShortId { get; }

        public string Subject { get; }
    }
}
