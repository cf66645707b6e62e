using System.Text;
using Mig.History.Merging;

namespace Mig.Merging.Machines;

/// <summary>Files whose lines, or groups of lines, are a set: what dpkg keeps of triggers, diversions and overrides. Sources: deb-triggers(5), dpkg-divert(1), dpkg-statoverride(1), shells(5).</summary>
/// <param name="linesEach">How many lines an entry has.</param>
/// <param name="keyOf">What tells an entry from the others.</param>
internal sealed class SetFile(int linesEach, Func<string, string> keyOf)
{
    private const string Triggers = "var/lib/dpkg/triggers/";

    private static readonly SetFile Lines = new(1, static entry => entry);

    // "/usr/bin/x", "/usr/bin/x.distrib", "package"
    private static readonly SetFile Diversions = new(3, static entry => entry.Split('\n')[0]);

    // "user group 4755 /usr/bin/x"
    private static readonly SetFile Overrides = new(1, static entry => entry.TrimEnd('\n').Split(' ', 4) is [_, _, _, var path] ? path : entry);

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static SetFile? Find(string path) => path switch
    {
        "var/lib/dpkg/diversions" => Diversions,
        "var/lib/dpkg/statoverride" => Overrides,
        "etc/shells" => Lines,
        _ when path.StartsWith(Triggers, StringComparison.Ordinal) && path.IndexOf('/', Triggers.Length) < 0 => Lines,
        _ => null,
    };

    public MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored) =>
        new KeyedMerge(favored, static (_, _, _, _) => (null, null)).Merge(Parse(before), Parse(ours), Parse(theirs));

    private List<KeyedItem> Parse(byte[] content)
    {
        string[] lines = Encoding.Latin1.GetString(content).Split('\n');
        int count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        var items = new List<KeyedItem>();
        for (int i = 0; i < count; i += linesEach)
        {
            string entry = string.Concat(lines[i..Math.Min(count, i + linesEach)].Select(line => line + "\n"));
            items.Add(new KeyedItem(keyOf(entry), entry));
        }

        return items;
    }
}
