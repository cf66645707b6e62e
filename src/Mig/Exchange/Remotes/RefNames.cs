using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>
/// The refs here, as they were at one moment: for those who ask about many. What they decide by it is checked again as the refs move.
/// </summary>
internal sealed class RefNames(RefStore refs)
{
    private readonly IReadOnlyList<RefName> _names = refs.ListNames("refs/");
    private readonly Lazy<Dictionary<RefName, Ref>> _refs = new(() => refs.List("refs/", damaged: []).ToDictionary(found => found.Name));
    private HashSet<RefName>? _all;

    private HashSet<RefName> All => _all ??= [.. _names];

    /// <summary>Tells whether there is a ref of a name, whatever it holds.</summary>
    public bool Contains(RefName name) => All.Contains(name) || !name.Value.StartsWith("refs/", StringComparison.Ordinal);

    /// <summary>Returns a ref; null when there is none, or it is damaged, or stands for what does not exist.</summary>
    public Ref? Find(RefName name) => _refs.Value.GetValueOrDefault(name);

    /// <summary>Returns the ref whose name is in the way of a new one, as a file is in the way of a folder; null when none is.</summary>
    /// <param name="deleted">Refs that go.</param>
    public RefName? FindObstacle(RefName name, IReadOnlySet<RefName> deleted)
    {
        string[] parts = name.Value.Split('/');
        for (int i = 3; i < parts.Length; i++)
        {
            var parent = RefName.Parse(string.Join('/', parts[..i]));
            if (!deleted.Contains(parent) && All.Contains(parent))
                return parent;
        }

        // Sorted by bytes: those below it stand together.
        string below = name.Value + "/";
        int low = 0, high = _names.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (RefName.CompareNames(_names[middle].Value, below) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < _names.Count && _names[low].Value.StartsWith(below, StringComparison.Ordinal); low++)
        {
            if (!deleted.Contains(_names[low]))
                return _names[low];
        }

        return null;
    }
}
