using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Edits;
using Mig.Edits.Operations;
using Mig.History.Commits;

namespace Mig.Cli.Views;

/// <summary>Prints what an edit changed, and what of it was new.</summary>
internal sealed class EditReport(Session session)
{
    public void Write(EditResult result, IReadOnlyList<(string Prefix, EditLog Log)> logs, bool isDryRun)
    {
        if (session.IsJson)
        {
            session.WriteJson(EditJson.Of(result, logs, isDryRun), MigJson.Default.EditJson);
            return;
        }

        if (session.IsQuiet)
            return;
        string branch = result.Branch?.ShortName ?? "detached HEAD";
        string subject = SafeText.Line(MessageText.Subject(result.Message));
        if (result.NewObjects == 0 && result.Id is null)
        {
            session.Output.WriteLine($"Nothing changed since {branch}, so there is no new commit.");
            return;
        }

        session.Output.WriteLine(result.Id is { } id ? $"[{branch} {session.Palette.Yellow(CommitView.ShortId(id.Value))}] {subject}"
            : $"Would commit to {branch}: {subject}");
        if (isDryRun)
            WritePaths(logs);
        session.Output.WriteLine($" {Counts(logs)}");
        if (Labels(logs) is { } labels)
            session.Output.WriteLine($" {labels}");
        session.Output.WriteLine(
            $" new: {Sizes.Bytes(result.NewBytes)} in "
            + $"{Sizes.Count(result.NewObjects, "object")}{(isDryRun ? "" : $", stored in {Sizes.Bytes(result.StoredBytes)}")}");
    }

    /// <summary>How many paths became what: <c>2 added, 1 changed</c>.</summary>
    public static string Counts(IReadOnlyList<(string Prefix, EditLog Log)> logs)
    {
        IEnumerable<string> parts = Enum.GetValues<EditChangeKind>()
            .Select(kind => (Kind: kind, Count: logs.Sum(log => (long)log.Log.CountOf(kind))))
            .Where(item => item.Count > 0)
            .Select(item => $"{item.Count:N0} {NameOf(item.Kind)}");
        return string.Join(", ", parts) is { Length: > 0 } counts ? counts : "only times changed";
    }

    // Where SELinux is enforced, a file without the right label is one that nobody may read.
    private static string? Labels(IReadOnlyList<(string Prefix, EditLog Log)> logs)
    {
        long byPolicy = logs.Sum(log => (long)log.Log.PolicyLabels), byDirectory = logs.Sum(log => (long)log.Log.DirectoryLabels);
        return byPolicy + byDirectory == 0 ? null
            : $"SELinux: {Sizes.Count(byPolicy, "new file")} labelled by the image's policy, {byDirectory:N0} as "
            + $"{(byDirectory == 1 ? "its directory" : "their directories")}";
    }

    public static string NameOf(EditChangeKind kind) =>
        kind switch { EditChangeKind.Added => "added", EditChangeKind.Changed => "changed", _ => "removed" };

    private void WritePaths(IReadOnlyList<(string Prefix, EditLog Log)> logs)
    {
        foreach ((string prefix, EditLog log) in logs)
        {
            foreach ((byte[] path, EditChangeKind kind) in log.Changes)
                session.Output.WriteLine(
                    $" {(kind switch { EditChangeKind.Added => 'A', EditChangeKind.Changed => 'M', _ => 'D' })} "
                    + $"{SafeText.Line(prefix)}{SafeText.Name(path)}");
        }
    }
}
