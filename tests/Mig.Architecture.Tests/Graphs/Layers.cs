namespace Mig.Architecture.Tests.Graphs;

/// <summary>
/// Puts the parts of a graph without circles into layers: each part is above all that it refers to. An arrow that skips layers goes through
/// a lane in each of them; all such arrows of one part share their lanes.
/// </summary>
internal sealed class Layers
{
    private const int Sweeps = 8;

    private readonly ReferenceGraph _graph;
    private readonly Dictionary<string, int> _depths = [];

    public Layers(ReferenceGraph graph)
    {
        _graph = graph;
        int top = graph.Names.Max(DepthOf);
        Rows = [.. Enumerable.Range(0, top + 1).Select(depth => MakeRow(top - depth))];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            for (int i = 1; i < Rows.Count; i++)
                Sort(i, i - 1);
            for (int i = Rows.Count - 2; i >= 0; i--)
                Sort(i, i + 1);
        }
    }

    /// <summary>A part, or a lane for its long arrows.</summary>
    internal readonly record struct Place(string Name, bool IsLane);

    /// <summary>The layers from the top, each from left to right.</summary>
    public List<List<Place>> Rows { get; }

    /// <summary>Whether an arrow goes from a place to one in the next row.</summary>
    public bool Joins(Place above, Place below) =>
        below.IsLane ? below.Name == above.Name : _graph.Has(above.Name, below.Name);

    private int DepthOf(string name)
    {
        if (!_depths.TryGetValue(name, out int depth))
            _depths[name] = depth = _graph.From(name).Select(DepthOf).DefaultIfEmpty(-1).Max() + 1;
        return depth;
    }

    private List<Place> MakeRow(int depth) =>
    [
        .. _graph.Names.Where(name => _depths[name] == depth).Select(name => new Place(name, false)),
        .. _graph.Names.Where(name => _depths[name] > depth && _graph.From(name).Any(to => _depths[to] < depth))
            .Select(name => new Place(name, true)),
    ];

    // Each place goes where the places are, on average, that it is joined with; so arrows cross less.
    private void Sort(int row, int fixedRow)
    {
        List<Place> near = Rows[fixedRow];
        double Aim(Place place, int own)
        {
            double[] joined =
            [
                .. Enumerable.Range(0, near.Count).Where(i => fixedRow < row ? Joins(near[i], place) : Joins(place, near[i]))
                    .Select(i => (i + 0.5) / near.Count),
            ];
            return joined.Length > 0 ? joined.Average() : (own + 0.5) / Rows[row].Count;
        }

        Rows[row] =
        [
            .. Rows[row].Select((place, own) => (Place: place, Aim: Math.Round(Aim(place, own), 6)))
                .OrderBy(item => item.Aim).ThenBy(item => item.Place.Name, StringComparer.Ordinal).Select(item => item.Place),
        ];
    }
}
