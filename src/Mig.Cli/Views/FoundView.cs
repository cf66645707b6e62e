using System.Globalization;
using System.Text;
using Mig.Catalog.Searching;
using Mig.Cli.Terminals;
using Mig.Images.Searching;

namespace Mig.Cli.Views;

/// <summary>Prints what a search found: each path once, in the newest version that has it, and in how many more.</summary>
/// <param name="isComplete">Whether all other versions are named, however many there are.</param>
internal sealed class FoundView(TextOutput output, Palette palette, SearchAnswer answer, bool isComplete)
{
    private const int MostNames = 5;

    private readonly Dictionary<VersionSet, (string First, string Others)> _texts = [];

    /// <summary>Prints one place.</summary>
    /// <param name="columns">What stands before it on the line.</param>
    public void Write(string columns, string volume, ReadOnlyMemory<byte> path, VersionSet versions) =>
        Write(columns, versions, ":" + SafeText.Name((byte[])[.. Encoding.UTF8.GetBytes(volume + "/"), .. path.Span]));

    /// <summary>Prints one package.</summary>
    public void Write(FoundPackage found) =>
        Write("", found.Versions, SafeText.Line(
            $": {found.Package.Name} "
            + $"{found.Package.Version}{(found.Package.Architecture.Length > 0 ? " " : "")}{found.Package.Architecture} "
            + $"{found.Package.Kind}"));

    private void Write(string columns, VersionSet versions, string what)
    {
        if (!_texts.TryGetValue(versions, out (string First, string Others) text))
            _texts.Add(versions, text = Describe(versions));
        output.Write(columns).Write(SafeText.Line(text.First)).Write(what)
            .WriteLine(text.Others.Length == 0 ? "" : palette.Yellow($"  ({SafeText.Line(text.Others)})"));
    }

    private (string First, string Others) Describe(VersionSet versions)
    {
        int first = versions.First;
        var parts = new List<string>(answer.Versions[first].Names.Skip(1));
        IEnumerable<SearchedVersion> others = versions.Versions.Skip(1).Select(version => answer.Versions[version]);
        parts.AddRange(others.Where(version => version.Line.Length == 0).SelectMany(version => version.Names));
        foreach (IGrouping<string, SearchedVersion> line in others.Where(version => version.Line.Length > 0)
            .GroupBy(version => version.Line))
            parts.AddRange(Runs([.. line.OrderBy(version => version.Distance)]));
        int shown = isComplete || parts.Count <= MostNames ? parts.Count : MostNames;
        string more = shown < parts.Count ? string.Create(CultureInfo.InvariantCulture, $" and {parts.Count - shown:N0} more") : "";
        return (answer.Versions[first].Names[0], parts.Count == 0 ? "" : $"also {string.Join(", ", parts.Take(shown))}{more}");
    }

    // Neighbours on a line of history are one item: from the newest to the oldest.
    private static IEnumerable<string> Runs(List<SearchedVersion> line)
    {
        for (int start = 0, end; start < line.Count; start = end)
        {
            for (end = start + 1; end < line.Count && line[end].Distance == line[end - 1].Distance + 1; end++)
            {
            }

            string names = string.Join(", ", line[start].Names);
            yield return (end - start) switch
            {
                1 => names,
                2 => $"{names}, {string.Join(", ", line[end - 1].Names)}",
                _ => $"{line[start].Names[0]} to {line[end - 1].Names[0]}",
            };
        }
    }
}
