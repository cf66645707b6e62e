using System.Globalization;
using System.Text;

namespace Mig.Architecture.Tests.Graphs;

/// <summary>
/// Draws the projects in layers, with the wings of one of them inside its box. It depends on nothing but the arrows, so the same code gives
/// the same picture everywhere.
/// </summary>
internal sealed class ArchitecturePicture
{
    private const int Width = 900;
    private const int Margin = 24;
    private const int BoxWidth = 148;
    private const int BoxHeight = 36;
    private const int WideWidth = 760;
    private const int WingsHeight = 264;
    private const int LaneWidth = 8;
    private const int Gap = 18;
    private const int RowGap = 72;
    private const int WingWidth = 96;
    private const int ArcHeight = 27;

    private const string Style = """
          text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; text-anchor: middle; }
          .title { font-weight: bold; }
          .note { font-size: 12px; fill: #57606a; text-anchor: start; }
          .project { fill: #ddeaf7; stroke: #3b6ea5; }
          .open { fill: #f3f7fb; stroke: #3b6ea5; }
          .wing { fill: #e3f1dd; stroke: #4d8a3a; }
          .near { fill: none; stroke: #3b6ea5; stroke-width: 1.4; }
          .far { fill: none; stroke: #9aa7b5; stroke-width: 1.1; }
          .down { fill: none; stroke: #4d8a3a; stroke-width: 1.3; }
          .back { fill: none; stroke: #c4541a; stroke-width: 1.3; }
        """;

    private static readonly string[] Colors = ["near #3b6ea5", "far #9aa7b5", "down #4d8a3a", "back #c4541a"];

    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _boxes = new();
    private readonly Dictionary<(int Row, Layers.Place Place), Box> _places = [];
    private readonly Layers _layers;
    private readonly string _wide;

    private ArchitecturePicture(ReferenceGraph projects, string wide)
    {
        _layers = new Layers(projects);
        _wide = wide;
    }

    private readonly record struct Box(double X, double Y, double Width, double Height)
    {
        public double Middle => X + Width / 2;
    }

    /// <summary>Returns the picture as SVG.</summary>
    /// <param name="projects">Must have no circles.</param>
    /// <param name="wings">May have circles.</param>
    /// <param name="home">The project that the wings are in.</param>
    public static string Draw(ReferenceGraph projects, ReferenceGraph wings, string home)
    {
        var picture = new ArchitecturePicture(projects, home);
        double height = picture.PlaceRows();
        for (int row = 0; row + 1 < picture._layers.Rows.Count; row++)
            picture.DrawArrows(row);
        picture.DrawProjects();
        foreach (((int _, Layers.Place place), Box box) in picture._places)
        {
            if (place == new Layers.Place(home, false))
                picture.DrawWings(wings, box);
        }

        var svg = new StringBuilder();
        svg.Append(Format(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\">\n"));
        svg.Append("  <!-- Written by eng/graph.sh from the compiled references. -->\n");
        svg.Append("  <title>The projects of mig, and the wings of the project Mig</title>\n");
        svg.Append("  <style>\n").Append(Style).Append("\n  </style>\n  <defs>\n");
        foreach (string[] color in Colors.Select(color => color.Split(' ')))
        {
            svg.Append(Format(
                $"    <marker id=\"{color[0]}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"));
            svg.Append(Format($"<path d=\"M0 0.5 L8 4 L0 7.5 z\" fill=\"{color[1]}\"/></marker>\n"));
        }

        svg.Append(Format($"  </defs>\n  <rect width=\"{Width}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\"/>\n"));
        return svg.Append(picture._lines).Append(picture._boxes).Append("</svg>\n").ToString();
    }

    private double PlaceRows()
    {
        double y = Margin;
        for (int row = 0; row < _layers.Rows.Count; row++)
        {
            List<Layers.Place> places = _layers.Rows[row];
            double height = places.Contains(new(_wide, false)) ? WingsHeight : BoxHeight;
            double x = (Width - places.Sum(place => WidthOf(place, places)) - Gap * (places.Count - 1)) / 2;
            foreach (Layers.Place place in places)
            {
                double width = WidthOf(place, places);
                _places[(row, place)] = new Box(x, y, width, height);
                x += width + Gap;
            }

            y += height + RowGap;
        }

        return y - RowGap + Margin + 20;
    }

    // What stands alone in its layer is wide, so that its arrows have room.
    private double WidthOf(Layers.Place place, List<Layers.Place> row) =>
        place.IsLane ? LaneWidth : place.Name == _wide || row.Count == 1 ? WideWidth : BoxWidth;

    private void DrawArrows(int row)
    {
        List<Layers.Place> above = _layers.Rows[row], below = _layers.Rows[row + 1];
        foreach (Layers.Place from in above)
        {
            Layers.Place[] targets = [.. below.Where(to => _layers.Joins(from, to))];
            foreach (Layers.Place to in targets)
            {
                Layers.Place[] sources = [.. above.Where(other => _layers.Joins(other, to))];
                Box start = _places[(row, from)], end = _places[(row + 1, to)];
                double x1 = PortOf(start, from, Array.IndexOf(targets, to), targets.Length);
                double x2 = PortOf(end, to, Array.IndexOf(sources, from), sources.Length);
                double y1 = start.Y + start.Height, y2 = end.Y, middle = (y1 + y2) / 2;
                string kind = from.IsLane || to.IsLane ? "far" : "near";
                string head = to.IsLane ? "" : $" marker-end=\"url(#{kind})\"";
                _lines.Append(Format(
                    $"  <path class=\"{kind}\" d=\"M{x1:0.#} {y1:0.#} C{x1:0.#} {middle:0.#} {x2:0.#} {middle:0.#} {x2:0.#} {y2:0.#}\"{head}/>\n"));
            }
        }
    }

    private void DrawProjects()
    {
        foreach (((int _, Layers.Place place), Box box) in _places)
        {
            if (place.IsLane)
                _lines.Append(Format($"  <path class=\"far\" d=\"M{box.Middle:0.#} {box.Y:0.#} V{box.Y + box.Height:0.#}\"/>\n"));
            else
                DrawBox(box, place.Name == _wide ? "open" : "project", place.Name, box.Y + (place.Name == _wide ? 24 : box.Height / 2 + 5));
        }

        double y = _places.Values.Max(box => box.Y + box.Height) + 24;
        _boxes.Append(Format(
            $"  <text class=\"note\" x=\"{Margin}\" y=\"{y}\">An arrow leads to what is referred to; grey ones skip a layer. "));
        _boxes.Append("In Mig, those below the boxes lead back.</text>\n");
    }

    private void DrawWings(ReferenceGraph wings, Box home)
    {
        string[] order = InOrder(wings);
        double y = home.Y + home.Height / 2 - BoxHeight / 2 + 8, step = home.Width / order.Length;
        Box[] boxes = [.. order.Select((_, i) => new Box(home.X + step * i + (step - WingWidth) / 2, y, WingWidth, BoxHeight))];
        for (int i = 0; i < order.Length; i++)
        {
            DrawBox(boxes[i], "wing", order[i], y + BoxHeight / 2 + 5);
            for (int j = 0; j < order.Length; j++)
            {
                if (wings.Has(order[i], order[j]))
                    DrawArc(boxes, i, j);
            }
        }
    }

    // An arc leaves a box on the side where it leads, and arrives on the side where it comes from; the shorter ones lie inside of the
    // longer ones.
    private void DrawArc(Box[] boxes, int from, int to)
    {
        bool isBack = to < from;
        int span = Math.Abs(to - from), sign = isBack ? -1 : 1;
        double side = sign * (WingWidth / 2 - 6 - 7 * (span - 1));
        double x1 = boxes[from].Middle + side, x2 = boxes[to].Middle - side;
        double y = isBack ? boxes[from].Y + BoxHeight : boxes[from].Y, peak = y - sign * ArcHeight * (span + 0.3);
        string kind = isBack ? "back" : "down";
        _boxes.Append(Format(
            $"  <path class=\"{kind}\" d=\"M{x1:0.#} {y:0.#} C{x1:0.#} {peak:0.#} {x2:0.#} {peak:0.#} {x2:0.#} {y:0.#}\" marker-end=\"url(#{kind})\"/>\n"));
    }

    private void DrawBox(Box box, string kind, string name, double baseline)
    {
        // In the box of the wings, arcs go through the middle.
        bool isOpen = kind == "open";
        string weight = isOpen ? " class=\"title\"" : "";
        double middle = isOpen ? box.X + 30 : box.Middle;
        _boxes.Append(Format(
            $"  <rect class=\"{kind}\" x=\"{box.X:0.#}\" y=\"{box.Y:0.#}\" width=\"{box.Width:0.#}\" height=\"{box.Height:0.#}\" rx=\"5\"/>\n"));
        _boxes.Append(Format($"  <text{weight} x=\"{middle:0.#}\" y=\"{baseline:0.#}\">{name}</text>\n"));
    }

    private static double PortOf(Box box, Layers.Place place, int index, int count) =>
        place.IsLane ? box.Middle : box.X + box.Width * (index + 1) / (count + 1);

    // The order with the fewest arrows back; of several, the first one by the alphabet. More than seven parts stay in the order of the
    // alphabet: too many orders to try.
    private static string[] InOrder(ReferenceGraph graph)
    {
        string[] best = [.. graph.Names];
        if (best.Length > 7)
            return best;
        foreach (string[] order in Orders(best))
        {
            if (CountBack(graph, order) < CountBack(graph, best))
                best = order;
        }

        return best;
    }

    private static int CountBack(ReferenceGraph graph, string[] order) =>
        Enumerable.Range(0, order.Length).Sum(i => Enumerable.Range(0, i).Count(j => graph.Has(order[i], order[j])));

    private static IEnumerable<string[]> Orders(string[] names) =>
        names.Length == 0 ? [[]] : names.SelectMany(first =>
            Orders([.. names.Where(name => name != first)]).Select(rest => (string[])[first, .. rest]));

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
