using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Traces;
using Mig.History.Refs;

namespace Mig.Cli.Views;

/// <summary>Which refs are on which commit.</summary>
internal sealed class Decorations
{
    private readonly Dictionary<ObjectId, List<Ref>> _refs = [];
    private readonly Head _head;

    public Decorations(Repository repository)
    {
        _head = repository.Refs.ReadHead();
        foreach (Ref found in repository.Refs.List("refs/", damaged: []))
        {
            ObjectId id = repository.Objects.Peel(found.Id).Id;
            if (!_refs.TryGetValue(id, out List<Ref>? list))
                _refs.Add(id, list = []);
            list.Add(found);
        }
    }

    /// <summary>Full names of the refs on a commit.</summary>
    public IReadOnlyList<string> NamesOf(CommitId commit)
    {
        var names = new List<string>();
        if (_head.IsDetached && _head.Id == commit.Value)
            names.Add(RefName.Head.Value);
        if (_refs.TryGetValue(commit.Value, out List<Ref>? refs))
            names.AddRange(refs.ConvertAll(found => found.Name.Value));
        return names;
    }

    /// <summary>Such as <c> (HEAD -> main, tag: v1)</c>; empty when no ref is there.</summary>
    public string Of(CommitId commit, Palette palette)
    {
        var parts = new List<string>();
        if (_head.Id == commit.Value)
            parts.Add(palette.Paint("1;36", "HEAD")
                + (_head.Branch is { } branch ? palette.Paint("1;36", " -> ") + palette.Paint("1;32", branch.ShortName) : ""));
        if (_refs.TryGetValue(commit.Value, out List<Ref>? refs))
        {
            foreach (Ref found in refs.OrderBy(found => found.Name.IsTag ? 0 : 1))
            {
                // A trace has the whole id in its name, and names nothing for people.
                if (found.Name == _head.Branch || found.Name.ShortName.StartsWith(TraceNotes.NamePrefix, StringComparison.Ordinal))
                    continue;
                parts.Add(found.Name.IsTag ? palette.Paint("1;33", $"tag: {found.Name.ShortName}")
                    : palette.Paint(found.Name.IsRemote ? "1;31" : "1;32", found.Name.ShortName));
            }
        }

        return parts.Count == 0 ? "" : palette.Yellow(" (") + string.Join(palette.Yellow(", "), parts) + palette.Yellow(")");
    }
}
