using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>One move of a ref.</summary>
/// <param name="Before">The null id when the ref was created.</param>
/// <param name="After">The null id when the ref was deleted.</param>
/// <param name="Who">Who moved it, and when.</param>
/// <param name="Reason">One line, such as <c>commit: add nginx</c>.</param>
public sealed record ReflogEntry(ObjectId Before, ObjectId After, Signature Who, string Reason)
{
    private const int IdDigits = 2 * ObjectId.Size;

    /// <summary>Parses a line without its line break.</summary>
    internal static bool TryParse(string line, [NotNullWhen(true)] out ReflogEntry? entry)
    {
        entry = null;
        if (line.Length < (2 * IdDigits) + 2 || line[IdDigits] != ' ' || line[(2 * IdDigits) + 1] != ' '
            || !ObjectId.TryParse(line.AsSpan(0, IdDigits), out ObjectId before)
            || !ObjectId.TryParse(line.AsSpan(IdDigits + 1, IdDigits), out ObjectId after))
            return false;
        string rest = line[((2 * IdDigits) + 2)..];

        // A name may hold tabs, but never '>'.
        int email = rest.IndexOf('>', StringComparison.Ordinal);
        int tab = email < 0 ? -1 : rest.IndexOf('\t', email);
        string reason = tab < 0 ? "" : rest[(tab + 1)..];
        if (!Signature.TryParse(tab < 0 ? rest : rest[..tab], out Signature? who) || reason.Contains('\0', StringComparison.Ordinal))
            return false;
        entry = new ReflogEntry(before, after, who, reason);
        return true;
    }

    /// <summary>The line, with its line break.</summary>
    internal string ToLine() => $"{Before} {After} {Who}\t{OneLine(Reason)}\n";

    private static string OneLine(string reason) =>
        string.Join(' ', reason.Replace('\0', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
