using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.Views;

/// <summary>Prints commits beside a drawing of which follows which.</summary>
internal sealed class GraphView(TextOutput output, Palette palette)
{
    /// <param name="commits">In topological order.</param>
    /// <param name="lines">The text of a commit, at least one line.</param>
    /// <param name="hasGaps">Whether an empty line parts commits.</param>
    public void Write(IReadOnlyList<WalkedCommit> commits, Func<WalkedCommit, IEnumerable<string>> lines, bool hasGaps)
    {
        HashSet<CommitId> drawn = [.. commits.Select(commit => commit.Id)];
        var lanes = new GraphLanes();
        for (int i = 0; i < commits.Count; i++)
        {
            GraphRow row = lanes.Next(commits[i].Id, [.. commits[i].Commit.Parents.Where(drawn.Contains)]);
            IEnumerable<string> text = hasGaps && i + 1 < commits.Count ? lines(commits[i]).Append("") : lines(commits[i]);

            // As Git does, the text stands beside the lines that lead to the next commit, as long as there is text.
            int next = -1;
            foreach (string line in text)
            {
                string drawing = next < 0 ? row.Commit : next < row.After.Count ? row.After[next].PadRight(row.Continuation.Length)
                    : row.Continuation;
                next++;
                WriteLine(drawing, line);
            }

            for (; next < row.After.Count; next++)
                WriteLine(row.After[next], "");
        }
    }

    private void WriteLine(string drawing, string text)
    {
        if (text.Length == 0)
            drawing = drawing.TrimEnd();
        output.WriteLine(palette.IsOn ? Paint(drawing) + text : drawing + text);
    }

    private string Paint(string drawing)
    {
        int star = drawing.IndexOf('*', StringComparison.Ordinal);
        return star < 0 ? palette.Red(drawing) : palette.Red(drawing[..star]) + "*" + palette.Red(drawing[(star + 1)..]);
    }
}
