using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Executables;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// Walks the trees of machines and finds the files that describe packages of programming languages. What is below a directory is remembered
/// by the directory's tree, so the next version of a machine costs what changed. For one thread.
/// </summary>
internal sealed class LanguageWalk(IContentSource store, Limits limits)
{
    private const int MaxDepth = 128; // Paths grow with it; node_modules nest to a few dozen.

    // Below these levels nothing is left out by its path, and what is found depends on the tree alone.
    private const int PathDepth = 4;

    public static readonly ILanguage[] Languages = [new PythonLanguage(), new NodeLanguage(), new RubyLanguage(), new JavaLanguage()];

    // Thousands of directories of nothing but documents, pictures and records.
    private static readonly HashSet<string> Skipped =
        ["proc", "sys", "dev", "run", "boot", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/icons", "usr/share/info",
            "usr/share/zoneinfo", "var/lib/dpkg", "var/lib/apt", "lib/modules", "usr/lib/modules"];

    private readonly Dictionary<TreeId, IReadOnlyList<FoundFile>> _known = [];
    private readonly TreeSurvey _survey = new(store, limits);

    /// <summary>Returns the files below a root, hard links not followed, in the order of the trees.</summary>
    /// <exception cref="CorruptStoreException">The trees are beyond the limits, or damaged.</exception>
    public IReadOnlyList<FoundFile> Find(TreeEntry root, string path)
    {
        // What is found in a directory is found in each place where it stands.
        _survey.Of(root.Tree);
        return Find(root, path, path.Length == 0 ? 0 : path.Split('/').Length, 0);
    }

    private IReadOnlyList<FoundFile> Find(TreeEntry directory, string path, int level, int depth)
    {
        bool isByPath = level < PathDepth;
        if (depth > MaxDepth || (isByPath && Skipped.Contains(path)))
            return [];
        if (!isByPath && _known.TryGetValue(directory.Tree, out IReadOnlyList<FoundFile>? known))
            return known;
        List<FoundFile>? found = null;
        foreach (TreeEntry entry in TreeReader.ReadEntries(store, directory.Tree))
        {
            bool isDirectory = entry.Type == TreeEntryType.Directory;
            if (!isDirectory && entry.Type is not (TreeEntryType.File or TreeEntryType.HardLink))
                continue;
            if (!isDirectory && ExecutableScan.IsCandidate(entry))
                (found ??= []).Add(new FoundFile(Text(entry), entry, null));
            if (!MayMatter(entry.Name.Span) && !isDirectory)
                continue;
            string name = Text(entry);
            if (MayMatter(entry.Name.Span))
            {
                foreach (ILanguage language in Languages)
                {
                    foreach (MachineFile file in language.Find(store, entry, name))
                        (found ??= []).Add(new FoundFile(file.Path, file.Entry, language));
                }
            }

            if (!isDirectory)
                continue;
            foreach (FoundFile below in Find(entry, path.Length == 0 ? name : isByPath ? $"{path}/{name}" : path, level + 1, depth + 1))
                (found ??= []).Add(below with { Path = $"{name}/{below.Path}" });
        }

        IReadOnlyList<FoundFile> result = found ?? (IReadOnlyList<FoundFile>)[];
        if (!isByPath)
            _known[directory.Tree] = result;
        return result;
    }

    // Most names are told apart by their last letter.
    private static bool MayMatter(ReadOnlySpan<byte> name) => name[^1] switch
    {
        (byte)'o' => name.EndsWith("-info"u8),
        (byte)'O' => name.SequenceEqual("EGG-INFO"u8),
        (byte)'s' => name.SequenceEqual("node_modules"u8) || name.SequenceEqual("specifications"u8),
        (byte)'r' or (byte)'R' or (byte)'i' => name.Length > 4 && name[^4] == (byte)'.',
        _ => false,
    };

    private static string Text(TreeEntry entry) => Encoding.UTF8.GetString(entry.Name.Span);
}
