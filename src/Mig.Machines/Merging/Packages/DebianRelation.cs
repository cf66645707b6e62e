using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Merging.Packages;

/// <summary>A package that another one names, such as <c>libc6 (>= 2.36)</c>. Source: deb-control(5).</summary>
/// <param name="Operator">Empty for any version.</param>
internal readonly record struct DebianRelation(string Name, string Operator, string Version)
{
    /// <summary>Returns what a field asks for: each of these, by any of its choices.</summary>
    public static IEnumerable<DebianRelation[]> Parse(string? field) =>
        (field ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(group => group.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)
            .ToArray()).Where(group => group.Length > 0);

    /// <param name="version">Null for what only provides a name, in no version.</param>
    public bool IsMetBy(string? version)
    {
        if (Operator.Length == 0)
            return true;
        if (version is null)
            return false;
        int order = DebianVersion.Compare(version, Version);
        return Operator switch { "<<" => order < 0, "<=" or "<" => order <= 0, "=" => order == 0, ">>" => order > 0, _ => order >= 0 };
    }

    // "name:any (>= 1.0)"
    private static DebianRelation ParseOne(string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal), close = text.IndexOf(')', StringComparison.Ordinal);
        string name = text.Split([' ', '(', ':', '['], 2)[0];
        if (open < 0 || close < open)
            return new DebianRelation(name, "", "");
        string inside = text[(open + 1)..close].Trim();
        int end = 0;
        while (end < inside.Length && inside[end] is '<' or '>' or '=')
            end++;
        return new DebianRelation(name, inside[..end], inside[end..].Trim());
    }
}
