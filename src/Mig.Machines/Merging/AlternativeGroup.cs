using System.Globalization;
using System.Text;

namespace Mig.Machines.Merging;

/// <summary>
/// What update-alternatives keeps of a name, such as <c>editor</c>: a mode, the link, the names that go along with it, and the programs
/// there are. Layout, a line each: mode, link, then name and link of each that goes along, an empty line, then path, priority and the paths
/// of those that go along, for each program. Source: dpkg, utils/update-alternatives.c.
/// </summary>
internal sealed class AlternativeGroup
{
    public const string Folder = "var/lib/dpkg/alternatives/";
    public const string LinkFolder = "etc/alternatives/";
    public const string Automatic = "auto";

    private const int MaxEntries = 10_000;

    public required string Mode { get; init; }

    public required string Link { get; init; }

    /// <summary>Names that go along, and their links.</summary>
    public required SortedDictionary<string, string> Slaves { get; init; }

    /// <summary>Programs by path, each with its priority and the paths of those that go along, by name.</summary>
    public required SortedDictionary<string, Program> Programs { get; init; }

    /// <summary>The program of the highest priority; null when there is none.</summary>
    public string? Best => Programs.Count == 0 ? null
        : Programs.Aggregate((best, next) => next.Value.Priority > best.Value.Priority ? next : best).Key;

    /// <returns>Null when it is no such file.</returns>
    public static AlternativeGroup? Parse(byte[] content)
    {
        string[] lines = Encoding.Latin1.GetString(content).Split('\n');
        if (lines.Length < 3 || lines[0] is not (Automatic or "manual"))
            return null;
        var slaves = new SortedDictionary<string, string>(StringComparer.Ordinal);
        int at = 2;
        for (; at < lines.Length && lines[at].Length > 0; at += 2)
        {
            if (at + 1 >= lines.Length || slaves.Count == MaxEntries || !slaves.TryAdd(lines[at], lines[at + 1]))
                return null;
        }

        string[] names = [.. Enumerable.Range(0, slaves.Count).Select(i => lines[2 + (2 * i)])];
        var programs = new SortedDictionary<string, Program>(StringComparer.Ordinal);
        for (at++; at < lines.Length && lines[at].Length > 0; at += 2 + names.Length)
        {
            if (at + 1 + names.Length >= lines.Length
                || !int.TryParse(lines[at + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority))
                return null;
            var paths = new Dictionary<string, string>(StringComparer.Ordinal);
            for (int i = 0; i < names.Length; i++)
                paths[names[i]] = lines[at + 2 + i];
            if (programs.Count == MaxEntries || !programs.TryAdd(lines[at], new Program(priority, paths)))
                return null;
        }

        return new AlternativeGroup { Mode = lines[0], Link = lines[1], Slaves = slaves, Programs = programs };
    }

    /// <summary>Writes it as update-alternatives does: sorted.</summary>
    public byte[] Write()
    {
        var text = new StringBuilder().Append(Mode).Append('\n').Append(Link).Append('\n');
        foreach ((string name, string link) in Slaves)
            text.Append(name).Append('\n').Append(link).Append('\n');
        text.Append('\n');
        foreach ((string path, Program program) in Programs)
        {
            text.Append(path).Append('\n').Append(program.Priority.ToString(CultureInfo.InvariantCulture)).Append('\n');
            foreach (string name in Slaves.Keys)
                text.Append(program.Slaves.GetValueOrDefault(name, "")).Append('\n');
        }

        return Encoding.Latin1.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>Returns what the links of the group lead to when a program is chosen; null for a link that is not to be there.</summary>
    public IEnumerable<(string Name, string? Target)> Targets(string groupName, string? chosen)
    {
        yield return (groupName, chosen);
        foreach (string slave in Slaves.Keys)
            yield return (slave, chosen is not null && Programs.TryGetValue(chosen, out Program? program)
                && program.Slaves.GetValueOrDefault(slave) is { Length: > 0 } target ? target : null);
    }

    /// <summary>A program that may be chosen.</summary>
    internal sealed record Program(int Priority, IReadOnlyDictionary<string, string> Slaves)
    {
        public bool IsSame(Program? other) => other is not null && Priority == other.Priority && Slaves.Count == other.Slaves.Count
            && Slaves.All(slave => other.Slaves.GetValueOrDefault(slave.Key, "") == slave.Value);
    }
}
