using System.Globalization;
using System.Text.Json;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Audits;

/// <summary>How a file of a machine must be. Symbolic links are followed.</summary>
/// <param name="Path">From the machine's root.</param>
/// <param name="Sha256">Of its content; null when any will do.</param>
/// <param name="Mode">Its twelve permission bits; null when any will do.</param>
/// <param name="Owner">User and group as <c>0:0</c>; null when any will do.</param>
/// <param name="IsAbsent">Whether it must not be there.</param>
internal sealed record FileRule(string Path, string? Sha256, int? Mode, string? Owner, bool IsAbsent)
{
    private const int OctalBase = 8;
    private const int MaxMode = 0xFFF;

    /// <exception cref="FormatException">It is no such rule.</exception>
    public static FileRule Parse(JsonElement element)
    {
        var rule = new FileRule("", null, null, null, false);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            rule = property.Name switch
            {
                "path" => rule with { Path = property.Value.GetString()!.Trim('/') },
                "sha256" => rule with { Sha256 = property.Value.GetString()!.ToLowerInvariant() },
                "mode" => rule with { Mode = ParseMode(property.Value.GetString()!) },
                "owner" => rule with { Owner = property.Value.GetString() },
                "absent" => rule with { IsAbsent = property.Value.GetBoolean() },
                _ => throw new FormatException(
                    $"'{property.Name}' is not a rule for a file; 'path', 'sha256', 'mode', 'owner' and 'absent' are"),
            };
        }

        return rule.Path.Length > 0 ? rule : throw new FormatException("a rule for a file needs a 'path'");
    }

    /// <summary>Returns what the machine's file breaks.</summary>
    public IEnumerable<RuleFinding> Check(MachineFiles files)
    {
        string path = "/" + Path;
        if (files.Find(Path)?.Entry is not { } entry)
        {
            if (!IsAbsent)
                yield return new RuleFinding("present", path, "", "");
            yield break;
        }

        string owner = string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}"), sha256 = entry.Type == TreeEntryType.File
            ? entry.Sha256?.ToString() ?? "" : "";
        if (IsAbsent)
            yield return new RuleFinding("absent", path, "", EntryWords.Describe(entry.Type));
        if (Sha256 is not null && Sha256 != sha256)
            yield return new RuleFinding("sha256", path, Sha256, sha256);
        if (Mode is { } mode && mode != entry.Mode)
            yield return new RuleFinding("mode", path, Octal(mode), Octal(entry.Mode));
        if (Owner is not null && Owner != owner)
            yield return new RuleFinding("owner", path, Owner, owner);
    }

    private static int ParseMode(string text)
    {
        int mode = 0;
        foreach (char c in text)
        {
            if (c is < '0' or > '7' || (mode = (mode * OctalBase) + (c - '0')) > MaxMode)
                throw new FormatException($"mode '{text}' is not octal, from 0 to 7777");
        }

        return mode;
    }

    private static string Octal(int mode) => Convert.ToString(mode, OctalBase).PadLeft(4, '0');
}
