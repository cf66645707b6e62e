using System.Text;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Machines.Sealing;

/// <summary>The names on a volume that are hard links to the same file. Paths have a slash in front.</summary>
internal sealed class LinkedNames
{
    private readonly IObjectSource _store;
    private readonly TreeSurvey _survey;
    private readonly Dictionary<string, string> _firsts = [];
    private readonly Dictionary<string, List<string>> _links = [];

    /// <param name="root">The volume's root directory.</param>
    /// <exception cref="Core.CorruptStoreException">The trees are beyond the limits, or damaged.</exception>
    public LinkedNames(IObjectSource store, Core.Limits limits, TreeEntry root)
    {
        _store = store;
        _survey = new TreeSurvey(store, limits);
        Collect(root, "");
    }

    /// <summary>Returns the other names of a file.</summary>
    /// <param name="path">The bytes of the path, each as a character.</param>
    public IReadOnlyList<string> OthersOf(string path)
    {
        string first = _firsts.GetValueOrDefault(path, path);
        return [.. _links.GetValueOrDefault(first, []).Prepend(first).Where(name => name != path)];
    }

    private void Collect(TreeEntry directory, string path)
    {
        if (!_survey.Of(directory.Tree).HasHardLinks)
            return;
        foreach (TreeEntry entry in TreeReader.ReadEntries(_store, directory.Tree))
        {
            string name = $"{path}/{Encoding.Latin1.GetString(entry.Name.Span)}";
            if (entry.Type == TreeEntryType.Directory)
            {
                Collect(entry, name);
            }
            else if (entry.Type == TreeEntryType.HardLink)
            {
                string first = "/" + Encoding.Latin1.GetString(entry.LinkTarget.Span).TrimStart('/');
                _firsts[name] = first;
                if (!_links.TryGetValue(first, out List<string>? names))
                    _links.Add(first, names = []);
                names.Add(name);
            }
        }
    }
}
