using System.Globalization;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Commits;
using Mig.Versions.Commits;

namespace Mig.Cli.Views;

/// <summary>Prints commits and tags the way <c>git log</c> and <c>git show</c> do.</summary>
internal sealed class CommitView(TextOutput output, Palette palette)
{
    private const string Indent = "    ";

    public static string ShortId(ObjectId id) => id.ToShortString();

    /// <summary>Such as <c>Mon Nov 23 10:00:00 2026 +0100</c>, in the person's own time zone.</summary>
    public static string Date(Signature who) =>
        who.Time.ToString("ddd MMM d HH:mm:ss yyyy ", CultureInfo.InvariantCulture) + who.Time.ToString("zzz", CultureInfo.InvariantCulture)
            .Replace(":", "", StringComparison.Ordinal);

    /// <summary>The line of <c>--oneline</c>.</summary>
    public string OneLine(CommitId id, Commit commit, string decoration) =>
        $"{palette.Yellow(ShortId(id.Value))}{decoration} {SafeText.Line(commit.Subject)}";

    /// <summary>Yields the lines of a commit, without the empty one that parts it from the next.</summary>
    public IEnumerable<string> Lines(CommitId id, Commit commit, string decoration)
    {
        yield return palette.Yellow($"commit {id}") + decoration;
        if (commit.Parents.Count > 1)
            yield return "Merge: " + string.Join(' ', commit.Parents.Select(parent => ShortId(parent.Value)));
        yield return $"Author: {Person(commit.Author)}";
        yield return $"Date:   {Date(commit.Author)}";
        foreach (string line in DiskProvenance.FindNotes(commit))
            yield return $"Note:   {SafeText.Line(line)}";
        yield return "";
        foreach (string line in MessageLines(commit.Message))
            yield return line;
    }

    public void WriteTag(Tag tag)
    {
        output.WriteLine(palette.Yellow($"tag {tag.Name}"));
        output.WriteLine($"Tagger: {Person(tag.Tagger)}");
        output.WriteLine($"Date:   {Date(tag.Tagger)}");
        output.WriteLine();
        foreach (string line in MessageLines(tag.Message))
            output.WriteLine(line.AsSpan(Indent.Length));
        output.WriteLine();
    }

    private static IEnumerable<string> MessageLines(string message)
    {
        foreach (string line in SafeText.Text(message).TrimEnd('\n').Split('\n'))
            yield return Indent + line;
    }

    private static string Person(Signature who) => SafeText.Line($"{who.Name} <{who.Email}>");
}
