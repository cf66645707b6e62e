using Mig.Core;
using Mig.Machines.Inventories;

namespace Mig.Machines.Baselines;

/// <summary>
/// Reads the lines of a baseline: one rule each, words between blanks, a word with blanks in double quotes, <c>#</c> before a comment.
/// </summary>
internal static class BaselineParser
{
    private const int Sha256Digits = 64;
    private const string Known = "'package', 'vulnerability', 'file' and 'service' are";

    /// <exception cref="UsageException">A line is no rule; the message says which.</exception>
    public static IReadOnlyList<BaselineRule> Parse(ReadOnlySpan<byte> content, string name)
    {
        if (!Utf8Text.TryDecode(content, out string? text))
            throw new UsageException($"{name} is not text in UTF-8");
        var rules = new List<BaselineRule>();
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                string[] words = [.. Split(lines[i])];
                if (words.Length > 0)
                    rules.Add(ParseRule(words, i + 1));
            }
            catch (FormatException e)
            {
                throw new UsageException($"{name}, line {i + 1}: {e.Message}");
            }
        }

        return rules.Count > 0 ? rules : throw new UsageException($"{name} has no rule, so all would keep it");
    }

    private static BaselineRule ParseRule(string[] words, int line)
    {
        string text = string.Join(' ', words.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));
        return words switch
        {
            ["package", var name, .. var rest] => ParsePackage(line, text, name, rest),
            ["vulnerability", .. var rest] => ParseVulnerability(line, text, rest),
            ["file", var path, .. var rest] => ParseFile(line, text, path, rest),
            ["service", var service, "off"] when !service.Contains('/', StringComparison.Ordinal) => new ServiceRule(line, text, service),
            ["service", ..] => throw new FormatException($"'{text}' is no rule; it is written as in 'service cups off'"),
            ["package" or "file"] => throw new FormatException($"'{text}' lacks a name"),
            _ => throw new FormatException($"'{words[0]}' is no rule; {Known}"),
        };
    }

    private static PackageRule ParsePackage(int line, string text, string name, string[] words)
    {
        PackageKind? kind = null;
        if (name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
        {
            kind = PackageKinds.Parse(name[..colon]) ?? throw new FormatException(
                $"'{name[..colon]}' is no kind of package; {string.Join(", ", Enum.GetValues<PackageKind>().Select(PackageKinds.NameOf))} "
                + "are");
            name = name[(colon + 1)..];
        }

        return words switch
        {
            ["present"] => new PackageRule(line, text, kind, name, null, false, false),
            ["absent"] => new PackageRule(line, text, kind, name, null, true, false),
            [">=", var version] => new PackageRule(line, text, kind, name, version, false, false),
            [">=", var version, "if", "installed"] => new PackageRule(line, text, kind, name, version, false, true),
            _ => throw new FormatException(
                $"'{text}' is no rule; after the package stands 'present', 'absent', '>= VERSION' or '>= VERSION if installed'"),
        };
    }

    private static VulnerabilityRule ParseVulnerability(int line, string text, string[] words)
    {
        SeverityLevel? above = null;
        RuleState unrated = RuleState.Unknown;
        HashSet<string> except = [];
        if (words is ["none", "above", var level, ..])
        {
            if (!Enum.TryParse(level, ignoreCase: true, out SeverityLevel parsed) || !char.IsLetter(level[0])
                || parsed == SeverityLevel.Critical)
                throw new FormatException($"nothing is above '{level}', or it is no severity; 'unimportant', 'low', 'medium' and "
                    + "'high' are");
            above = parsed;
            words = ["none", .. words[3..]];
        }

        if (words is not ["none", "in", var feed, .. var rest])
            throw new FormatException($"'{text}' is no rule; it is written as in 'vulnerability none above high in FEED'");
        if (rest is ["unrated", "kept" or "broken", ..])
        {
            unrated = rest[1] == "kept" ? RuleState.Kept : RuleState.Broken;
            rest = rest[2..];
        }

        if (rest is ["except", _, ..])
            except = [.. rest[1..]];
        else if (rest.Length > 0)
            throw new FormatException($"'{rest[0]}' cannot stand there; after the feed stands 'unrated kept', 'unrated broken' or "
                + "'except ID…'");
        return new VulnerabilityRule(line, text, above, feed, unrated, except);
    }

    private static FileRule ParseFile(int line, string text, string path, string[] words)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!path.StartsWith('/') || names.Length == 0 || names.Any(name => name is "." or ".."))
            throw new FormatException($"'{path}' is no path from the machine's root: it begins with a slash, and has no '..'");
        if (words is not ["present" or "absent", .. var rest])
            throw new FormatException($"'{text}' is no rule; after the path stands 'present' or 'absent'");
        var rule = new FileRule(line, text, string.Join('/', names), null, null, null, words[0] == "absent");
        for (; rest.Length > 0; rest = rest[2..])
        {
            if (rule.IsAbsent || rest.Length == 1)
                throw new FormatException(rule.IsAbsent ? $"what is absent has no '{rest[0]}'" : $"'{rest[0]}' lacks its value");
            rule = rest[0] switch
            {
                "mode" => rule with { Mode = FileRule.ParseMode(rest[1]) },
                "sha256" when rest[1].Length == Sha256Digits && rest[1].All(char.IsAsciiHexDigit) =>
                    rule with { Sha256 = rest[1].ToLowerInvariant() },
                "sha256" => throw new FormatException($"'{rest[1]}' is no SHA-256: that has {Sha256Digits} hexadecimal digits"),
                "owner" when IsOwner(rest[1]) => rule with { Owner = rest[1] },
                "owner" => throw new FormatException($"'{rest[1]}' is no owner: it is written as two numbers, 0:0"),
                _ => throw new FormatException($"'{rest[0]}' is nothing of a file; 'mode', 'owner' and 'sha256' are"),
            };
        }

        return rule;
    }

    private static bool IsOwner(string text) => text.Split(':') is [var user, var group]
        && uint.TryParse(user, out uint uid) && uint.TryParse(group, out uint gid) && text == $"{uid}:{gid}";

    private static IEnumerable<string> Split(string line)
    {
        for (int at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            if (line[at] == '#')
                yield break;
            if (line[at] == '"')
            {
                int close = line.IndexOf('"', at + 1);
                if (close < 0)
                    throw new FormatException("a quote does not end");
                yield return line[(at + 1)..close];
                at = close + 1;
                continue;
            }

            int end = at;
            while (end < line.Length && !char.IsWhiteSpace(line[end]))
                end++;
            yield return line[at..end];
            at = end;
        }
    }
}
