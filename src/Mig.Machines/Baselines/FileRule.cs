using System.Globalization;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Baselines;

/// <summary>How a file of a machine must be. Symbolic links are followed.</summary>
/// <param name="Path">From the machine's root, without a slash at either end.</param>
/// <param name="Sha256">Of its content; null when any will do.</param>
/// <param name="Mode">Its twelve permission bits; null when any will do.</param>
/// <param name="Owner">User and group as <c>0:0</c>; null when any will do.</param>
/// <param name="IsAbsent">Whether it must not be there.</param>
internal sealed record FileRule(int Line, string Text, string Path, string? Sha256, int? Mode, string? Owner, bool IsAbsent)
    : BaselineRule(Line, Text)
{
    private const int OctalBase = 8;
    private const int MaxMode = 0xFFF;

    /// <exception cref="FormatException">It is no mode.</exception>
    public static int ParseMode(string text)
    {
        int mode = 0;
        foreach (char c in text)
        {
            if (c is < '0' or > '7' || (mode = (mode * OctalBase) + (c - '0')) > MaxMode)
                throw new FormatException($"mode '{text}' is not octal, from 0 to 7777");
        }

        return mode;
    }

    internal override RuleAnswer Judge(RuleSubject machine)
    {
        RuleFinding[] findings = [.. Check(machine.Files)];
        bool isThere = machine.Files.Find(Path) is not null;

        // What is there is known; what is not found may be where nobody looked.
        return machine.Gap is { } gap && !isThere ? RuleAnswer.Unknown(gap)
            : findings.Length > 0 ? RuleAnswer.Broken(findings) : RuleAnswer.Kept;
    }

    private IEnumerable<RuleFinding> Check(MachineFiles files)
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

    private static string Octal(int mode) => Convert.ToString(mode, OctalBase).PadLeft(4, '0');
}
