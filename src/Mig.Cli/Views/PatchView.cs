using System.Text;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Diffs.Text;
using Mig.History.Trees;
using Mig.Versions.Compare;

namespace Mig.Cli.Views;

/// <summary>Prints changes as a patch, the way <c>git diff</c> does.</summary>
internal sealed class PatchView(TextOutput output, Palette palette, ChangedTexts texts, CancellationToken cancellation)
{
    public void Write(ImageComparison comparison)
    {
        foreach (VolumeComparison volume in comparison.Volumes)
        {
            foreach (TreeChange change in volume.Changes)
                Write(volume, change);
        }
    }

    private void Write(VolumeComparison volume, TreeChange change)
    {
        cancellation.ThrowIfCancellationRequested();
        if ((change.Kinds & ChangeKinds.Type) != 0)
        {
            // As Git has it: the one goes, and the other comes.
            Write(volume, new TreeChange(change.Path, change.Before, null, ChangeKinds.Removed));
            Write(volume, new TreeChange(change.Path, null, change.After, ChangeKinds.Added));
            return;
        }

        if (change.Kinds == ChangeKinds.Time || (change.Entry.Type == TreeEntryType.Directory && !change.IsMetadataOnly))
            return;
        string before = Name("a", volume, change.OldPath ?? change.Path), after = Name("b", volume, change.Path);
        foreach (string line in Header(volume, change, before, after))
            output.WriteLine(palette.Bold(line));
        if (!change.IsMetadataOnly && (change.Kinds & ~ChangeKinds.Metadata) != ChangeKinds.Renamed)
            WriteContent(change, before, after);
    }

    private void WriteContent(TreeChange change, string before, string after)
    {
        (string left, string right) = (change.Before is null ? "/dev/null" : before, change.After is null ? "/dev/null" : after);
        if (texts.Find(change.Before) is not { } old || texts.Find(change.After) is not { } now)
        {
            output.WriteLine($"Binary files {left} and {right} differ");
            return;
        }

        bool isFirst = true;
        foreach (byte[] line in UnifiedDiff.Write(new TextLines(old), new TextLines(now)))
        {
            if (isFirst)
            {
                output.WriteLine(palette.Bold("--- " + left + Tab(left)));
                output.WriteLine(palette.Bold("+++ " + right + Tab(right)));
            }

            isFirst = false;
            WriteLine(line);
        }
    }

    // A name with a space is followed by a tab, so that patch does not take what follows for a time.
    private static string Tab(string name) => name.Contains(' ', StringComparison.Ordinal) && name[0] != '"' ? "\t" : "";

    private void WriteLine(byte[] line)
    {
        string? color = !palette.IsOn ? null : line[0] switch { (byte)'+' => "32", (byte)'-' => "31", (byte)'@' => "36", _ => null };
        if (color is null)
            output.Write(line);
        else
            output.Write($"\e[{color}m").Write(line.AsSpan(0, line.Length - 1)).Write("\e[m\n");
    }

    private static IEnumerable<string> Header(VolumeComparison volume, TreeChange change, string before, string after)
    {
        yield return $"diff --git {before} {after}";
        if (change is not { Before: { } left, After: { } right })
        {
            yield return change.Before is null ? $"new file mode {DiffNames.GitMode(change.Entry)}"
                : $"deleted file mode {DiffNames.GitMode(change.Entry)}";
        }
        else
        {
            if ((change.Kinds & ChangeKinds.Mode) != 0)
            {
                yield return $"old mode {DiffNames.GitMode(left)}";
                yield return $"new mode {DiffNames.GitMode(right)}";
            }

            if ((change.Kinds & ChangeKinds.Owner) != 0)
            {
                yield return $"old owner {left.Uid}:{left.Gid}";
                yield return $"new owner {right.Uid}:{right.Gid}";
            }
        }

        if (change.OldPath is { } old)
        {
            yield return "similarity index 100%";
            yield return "rename from " + SafeText.Name(DiffNames.Path(volume, old).AsSpan(1));
            yield return "rename to " + SafeText.Name(DiffNames.Path(volume, change.Path).AsSpan(1));
        }
        else if (!change.IsMetadataOnly)
        {
            string mode = change is { Before: not null, After: not null } && (change.Kinds & ChangeKinds.Mode) == 0 ? " "
                + DiffNames.GitMode(change.Entry) : "";
            yield return $"index {Short(change.Before)}..{Short(change.After)}{mode}";
        }
    }

    private static string Short(TreeEntry? entry) => entry?.Sha256?.ToShortString() ?? "0000000000";

    private static string Name(string side, VolumeComparison volume, ReadOnlyMemory<byte> path)
    {
        byte[] name = DiffNames.Path(volume, path);
        return SafeText.Name([.. Encoding.ASCII.GetBytes(name[0] == (byte)'/' ? side : side + "/"), .. name]);
    }
}
