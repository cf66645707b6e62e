using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Diffs.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Versions.Merging;

namespace Mig.Cli.Views;

/// <summary>Prints what a merge found: conflicts, what was decided by rules, what changes.</summary>
internal static class MergeView
{
    /// <summary>Prints each conflict: where and why, then for each side what it did, and the command that takes it.</summary>
    public static void WriteConflicts(MergePlan plan, AgainCommand again, Session session)
    {
        foreach (ConflictPicture picture in plan.Pictures)
            Write(picture, again, session);
    }

    /// <summary>
    /// Prints conflicts with the lines of both sides, and of what they come from, where they are texts: as <c>git diff</c> shows a file in
    /// conflict.
    /// </summary>
    public static void WriteThreeWays(MergePlan plan, AgainCommand again, Session session)
    {
        foreach (VolumeMerge volume in plan.Volumes)
        {
            foreach (MergeConflict conflict in volume.Result.Conflicts)
            {
                Write(plan.Picture(volume, conflict), again, session);
                if (plan.ReadSides(conflict) is not { } sides)
                    continue;
                string path = SafeText.Name(MergeConflictPath.Of(volume.Prefix, conflict.Path.Span));
                session.Output.WriteLine(session.Palette.Bold($"diff --cc {path}"));
                session.Output.WriteLine(session.Palette.Bold($"--- a{path}"));
                session.Output.WriteLine(session.Palette.Bold($"+++ b{path}"));
                foreach (byte[] line in CombinedDiff.Write(
                    new TextLines(sides.Ours), new TextLines(sides.Theirs), new TextLines(sides.Marked)))
                    session.Output.Write(line);
            }
        }

        foreach (DiskConflict conflict in plan.DiskConflicts)
            Write(plan.Pictures.First(picture =>
                picture.Path == MergeConflictPath.OfDisk(conflict.Disk) && picture.Reason == conflict.Reason), again, session);
        if (!plan.HasConflicts)
            session.Report("no conflicts");
    }

    private static void Write(ConflictPicture picture, AgainCommand again, Session session)
    {
        session.Output.WriteLine(
            $"{session.Palette.Red($"CONFLICT ({picture.Kind})")}: {SafeText.Line(picture.Path)}: {SafeText.Text(picture.Reason)}");
        session.Output.WriteLine($"  here:  {SafeText.Line(picture.Ours)}{Command(picture.TakesOurs, MergeArguments.OursName)}");
        session.Output.WriteLine($"  there: {SafeText.Line(picture.Theirs)}{Command(picture.TakesTheirs, MergeArguments.TheirsName)}");

        if (picture is { TakesOurs: false, TakesTheirs: false } && again.Verb == "merge")
            session.Output.WriteLine(
                "  neither side can be taken; write both into a folder and make them fit:\n         "
                + $"{session.Palette.Bold(again.Taking("--conflicts-to", "DIR"))}");

        string Command(bool isPossible, string option) =>
            isPossible ? $"\n         {session.Palette.Bold(again.Taking(option, picture.Path))}" : "";
    }

    public static void WriteNotes(IEnumerable<string> notes, Session session)
    {
        if (session.IsQuiet)
            return;
        foreach (string note in notes)
            session.Output.WriteLine($"note: {SafeText.Text(note)}");
    }

    /// <summary>Prints what a merge does to our files: one line for each, and a sum.</summary>
    public static void WriteOperations(MergePlan plan, Session session)
    {
        if (session.IsQuiet)
            return;
        int count = 0;
        foreach (VolumeMerge volume in plan.Volumes)
        {
            foreach (MergeOperation operation in volume.Result.Operations.Where(operation => !IsTimeOnly(operation)))
            {
                char mark = operation.Before is null ? 'A' : operation.After is null ? 'D' : 'M';
                session.Output.WriteLine($" {mark} {SafeText.Text(MergeConflictPath.Of(volume.Prefix, operation.Path.Span))}");
                count++;
            }
        }

        if (plan.Volumes.Count > 0)
            session.Output.WriteLine($" {Sizes.Count(count, "change")}");
    }

    /// <summary>Tells whether only a time changes, which a summary leaves out.</summary>
    public static bool IsTimeOnly(MergeOperation operation) =>
        operation is { Before: { } before, After: { } after } && EntryComparison.Compare(before, after) == ChangeKinds.Time;
}
