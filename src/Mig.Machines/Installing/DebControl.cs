using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mig.Core;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Installing;

/// <summary>
/// What a Debian package says of itself, and how dpkg writes that into its status file. Source: deb-control(5), deb822(5); dpkg 1.21,
/// <c>lib/dpkg/parse.c</c>, for the order of fields. Text is one character for each byte.
/// </summary>
internal sealed partial class DebControl
{
    // The order in which dpkg writes what it knows. All else follows as the package has it.
    private static readonly string[] Order =
    [
        "Package", "Essential", "Protected", "Status", "Priority", "Section", "Installed-Size", "Origin", "Maintainer", "Bugs",
        "Architecture", "Multi-Arch", "Source", "Version", "Config-Version", "Replaces", "Provides", "Depends", "Pre-Depends",
        "Recommends", "Suggests", "Breaks", "Conflicts", "Enhances", "Conffiles", "Description", "Triggers-Pending",
        "Triggers-Awaited",
    ];

    private static readonly string[] Relations =
        ["Replaces", "Provides", "Depends", "Pre-Depends", "Recommends", "Suggests", "Breaks", "Conflicts", "Enhances"];

    // Set by dpkg or by repositories, and no field of a package.
    private static readonly string[] Foreign =
        ["Status", "Config-Version", "Conffiles", "Filename", "Size", "MD5sum", "Triggers-Pending", "Triggers-Awaited", "Revision",
            "Package-Revision", "Package_Revision", "Class", "Optional", "Recommended", "MSDOS-Filename"];

    private readonly List<(string Name, string Value)> _fields;

    private DebControl(List<(string Name, string Value)> fields) => _fields = fields;

    public string Name => this["Package"]!;

    public string Version => this["Version"]!;

    public string Architecture => this["Architecture"]!;

    /// <summary>Whether several architectures of it may be installed at once, so that names of its records have one.</summary>
    public bool IsSame => this["Multi-Arch"] == "same";

    /// <summary>As dpkg's log calls it.</summary>
    public string FullName => $"{Name}:{Architecture}";

    /// <summary>What the names of its records begin with, in a database of format 1.</summary>
    public string RecordName => IsSame ? FullName : Name;

    /// <summary>A field, continued lines included; null when there is none.</summary>
    public string? this[string name] =>
        _fields.Find(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Name: not null } found ? found.Value : null;

    /// <exception cref="CorruptImageException">DEB-003: a field is missing or malformed.</exception>
    public static DebControl Parse(byte[] text)
    {
        var fields = new List<(string Name, string Value)>();
        foreach (string line in Encoding.Latin1.GetString(text).TrimEnd('\n', ' ', '\t').TrimStart('\n').Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line is [' ' or '\t', ..] && fields.Count > 0 && line.Trim().Length > 0)
                fields[^1] = (fields[^1].Name, fields[^1].Value + "\n" + line.TrimEnd('\r'));
            else if (colon > 0 && FieldName().IsMatch(line[..colon]))
                fields.Add((line[..colon], line[(colon + 1)..].Trim()));
            else if (line is not ['#', ..])
                throw new CorruptImageException("DEB-003", $"control: '{line}' is no field");
        }

        fields = [.. fields.Select(field => (field.Name, field.Value.TrimEnd()))];
        if (fields.CountBy(field => field.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(count => count.Value > 1) is { Key: { } twice })
            throw new CorruptImageException("DEB-003", $"control: the field {twice} is there twice");
        var control = new DebControl(fields);
        Check("Package", PackageName());
        Check("Version", PackageVersion());
        Check("Architecture", ArchitectureName());
        return control;

        void Check(string name, Regex pattern)
        {
            if (control[name] is not { } value || !pattern.IsMatch(value))
                throw new CorruptImageException("DEB-003", $"control: {name} is '{control[name]}', which is not allowed");
        }
    }

    /// <summary>
    /// Why dpkg may write this package otherwise than <see cref="ToStatus"/>, or refuse it; null when it is the same.
    /// </summary>
    public string? FindStrange()
    {
        foreach ((string name, string value) in _fields)
        {
            if (Foreign.Contains(name, StringComparer.OrdinalIgnoreCase))
                return $"control has the field {name}";
            if (Relations.Contains(name, StringComparer.OrdinalIgnoreCase) && value.Length > 0
                && value.Split([',', '|']).Any(part => !Relation().IsMatch(part.Trim())))
                return $"control has a {name} that dpkg may read otherwise: {value}";
        }

        return this["Maintainer"] is null or "" || this["Description"] is null or "" ? "control lacks a maintainer or description"
            : this["Multi-Arch"] is null or "no" or "same" or "foreign" or "allowed" ? null : "control has an unknown Multi-Arch";
    }

    /// <summary>The groups of packages that it needs, one of each.</summary>
    public IEnumerable<DebianRelation[]> Needs =>
        DebianRelation.Parse(this["Pre-Depends"]).Concat(DebianRelation.Parse(this["Depends"]));

    /// <summary>What may not be beside it.</summary>
    public IEnumerable<DebianRelation> Excludes =>
        DebianRelation.Parse(this["Conflicts"]).Concat(DebianRelation.Parse(this["Breaks"])).SelectMany(choice => choice);

    /// <summary>Writes its stanza in the status file, with the empty line after it.</summary>
    /// <param name="conffiles">Paths with a slash at the beginning, and digests.</param>
    public string ToStatus(IReadOnlyList<(string Path, string Digest)> conffiles)
    {
        var text = new StringBuilder();
        foreach (string name in Order)
        {
            if (name == "Status")
                text.Append("Status: install ok installed\n");
            else if (name == "Conffiles" && conffiles.Count > 0)
                text.Append("Conffiles:\n").AppendJoin("", conffiles.Select(file => $" {file.Path} {file.Digest}\n"));
            else if (this[name] is { } value && Normalize(name, value) is { Length: > 0 } written)
                text.Append(name).Append(": ").Append(written).Append('\n');
        }

        foreach ((string name, string value) in _fields.Where(field => !Order.Contains(field.Name, StringComparer.OrdinalIgnoreCase)))
            text.Append(name).Append(value.StartsWith('\n') ? ":" : ": ").Append(value).Append('\n');
        return text.Append('\n').ToString();
    }

    private static string Normalize(string name, string value) => name switch
    {
        "Essential" or "Protected" => value == "yes" ? value : "",
        "Multi-Arch" => value == "no" ? "" : value,
        "Priority" => value.ToLower(CultureInfo.InvariantCulture),
        "Version" => NormalizeVersion(value),
        _ => Relations.Contains(name) ? NormalizeRelations(value) : value,
    };

    // An epoch of 0 is none.
    private static string NormalizeVersion(string version) =>
        version.StartsWith("0:", StringComparison.Ordinal) ? version[2..] : version;

    private static string NormalizeRelations(string value) => string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries
        | StringSplitOptions.RemoveEmptyEntries).Select(group => string.Join(" | ", group.Split('|').Select(part =>
        {
            Match match = Relation().Match(part.Trim());
            string @operator = match.Groups["op"].Value switch { "<" => "<=", ">" => ">=", var same => same };
            return match.Groups["version"].Success
                ? $"{match.Groups["name"].Value} ({@operator} {NormalizeVersion(match.Groups["version"].Value)})"
                    : match.Groups["name"].Value;
        }))));

    [GeneratedRegex(@"^[\x21-\x39\x3b-\x7e]+$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldName();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9+.-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^([0-9]+:)?[0-9][A-Za-z0-9.+~:-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex ArchitectureName();

    [GeneratedRegex(
        @"^(?<name>[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?)(\s*\(\s*(?<op><<|<=|=|>=|>>|<|>)\s*(?<version>[A-Za-z0-9.+~:-]+)\s*\))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Relation();
}
