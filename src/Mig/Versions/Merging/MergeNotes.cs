using System.Text;

namespace Mig.Versions.Merging;

/// <summary>
/// Keeps in the message of a commit what a merge decided by rules, where whoever looks for the reason later finds it (<c>merge.notes</c>,
/// as <c>merge.log</c> of Git keeps subjects).
/// </summary>
internal static class MergeNotes
{
    private const string Title = "Notes of the merge:";
    private const int MaxNotes = 1000; // a tree of compiled files may have tens of thousands
    private const char Mark = '*';

    /// <summary>Adds notes to a message, below its text; those that it has already, from a merge before, are not added again.</summary>
    public static string Keep(Repository repository, string message, IEnumerable<string> notes)
    {
        if (!repository.Config.GetBoolean("merge.notes", true))
            return message;
        string text = message.TrimEnd('\n');
        string[] all = text.Split('\n');
        HashSet<string> lines = [.. all];
        List<string> added = [.. notes.Select(Line).Where(lines.Add)];
        if (added.Count == 0)
            return message;
        bool endsInNotes = Array.LastIndexOf(all, Title) is >= 0 and var title && all[(title + 1)..].All(line => line.StartsWith(Mark));
        var body = new StringBuilder(text).Append(endsInNotes ? "\n" : $"\n\n{Title}\n");
        foreach (string line in added.Take(MaxNotes))
            body.Append(line).Append('\n');
        return added.Count <= MaxNotes ? body.ToString() : body.Append(Mark).Append($" and {added.Count - MaxNotes} more\n").ToString();
    }

    // A path may have line breaks, and one that has would look like a line of the message.
    private static string Line(string note) => $"{Mark} {note.Replace("\n", "\\n", StringComparison.Ordinal)}";
}
