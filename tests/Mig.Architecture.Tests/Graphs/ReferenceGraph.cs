using System.Text;

namespace Mig.Architecture.Tests.Graphs;

/// <summary>Who refers to whom, and by how many pairs of types; 0 where nobody counted.</summary>
internal sealed class ReferenceGraph(IEnumerable<string> names, IReadOnlyDictionary<(string From, string To), int> arrows)
{
    /// <summary>The names of the parts, in alphabetical order.</summary>
    public IReadOnlyList<string> Names { get; } = [.. names.Order(StringComparer.Ordinal)];

    public bool Has(string from, string to) => arrows.ContainsKey((from, to));

    /// <summary>Returns the names that a part refers to, in alphabetical order.</summary>
    public IEnumerable<string> From(string name) => Names.Where(to => Has(name, to));

    /// <summary>
    /// Returns a line for each part: its name, an arrow, and the names that it refers to, with counts where there are any.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (string name in Names)
        {
            string[] targets = [.. From(name).Select(to => arrows[(name, to)] is var count and > 0 ? $"{to} {count}" : to)];
            text.Append(name).Append(" -> ").AppendJoin(", ", targets.DefaultIfEmpty("–")).Append('\n');
        }

        return text.ToString();
    }
}
