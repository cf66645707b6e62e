using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.Merging;

namespace Mig.Cli.Views;

/// <summary>Prints what a merge found: conflicts, what was decided by rules, what changes.</summary>
internal static class MergeView
{
    public static void WriteConflicts(MergePlan plan, Session session)
    {
        foreach ((string prefix, MergeConflict conflict) in plan.Conflicts)
        {
            string path = conflict.Kind == MergeConflictKind.Disk ? prefix[1..] : MergeConflictPath.Of(prefix, conflict.Path.Span);
            session.Output.WriteLine($"{session.Palette.Red($"CONFLICT ({ConflictFolder.KindName(conflict.Kind)})")}: {SafeText.Text(path)}: {SafeText.Text(conflict.Reason)}");
        }
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
    public static bool IsTimeOnly(MergeOperation operation) => operation is { Before: { } before, After: { } after } && EntryComparison.Compare(before, after) == ChangeKinds.Time;
}
