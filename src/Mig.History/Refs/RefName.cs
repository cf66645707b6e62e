using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>The full name of a ref: <c>HEAD</c>, <c>refs/heads/main</c>. Ordered by its UTF-8 bytes.</summary>
public sealed record RefName : IComparable<RefName>
{
    public const string BranchPrefix = "refs/heads/";
    public const string TagPrefix = "refs/tags/";
    public const string RemotePrefix = "refs/remotes/";

    // git-check-ref-format(1), rules 4, 5 and 10.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        " ~^:?*[\\\x7f" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)));

    private RefName(string value) => Value = value;

    public static RefName Head { get; } = new("HEAD");

    /// <summary>Whether it is a branch called HEAD, which no new branch may be: <c>HEAD</c> would mean either.</summary>
    public bool IsBranchHead => Value == BranchPrefix + "HEAD";

    public string Value { get; }

    public bool IsBranch => Value.StartsWith(BranchPrefix, StringComparison.Ordinal);

    public bool IsTag => Value.StartsWith(TagPrefix, StringComparison.Ordinal);

    public bool IsRemote => Value.StartsWith(RemotePrefix, StringComparison.Ordinal);

    /// <summary>The name as people say it: <c>main</c>, <c>v1</c>, <c>origin/main</c>.</summary>
    public string ShortName =>
        IsBranch ? Value[BranchPrefix.Length..] : IsTag ? Value[TagPrefix.Length..] : IsRemote ? Value[RemotePrefix.Length..] : Value;

    /// <summary>Tells whether a name follows the rules of <c>git check-ref-format [--allow-onelevel]</c>.</summary>
    public static bool IsWellFormed(string name, bool allowOneLevel = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is "" or "@" || name[^1] == '.' || name.AsSpan().ContainsAny(Forbidden)
            || name.Contains("..", StringComparison.Ordinal) || name.Contains("@{", StringComparison.Ordinal)
                || !Utf8Text.IsWellFormed(name))
            return false;
        int components = 0;
        foreach (Range range in name.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> component = name.AsSpan()[range];
            if (component.IsEmpty || component[0] == '.' || component.EndsWith(".lock"))
                return false;
            components++;
        }

        return components > 1 || allowOneLevel;
    }

    /// <summary>
    /// Accepts <c>HEAD</c>, names like it in the top folder (<c>MERGE_HEAD</c>), and well-formed names below <c>refs/</c>.
    /// </summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out RefName? result)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool valid = name.StartsWith("refs/", StringComparison.Ordinal) ? IsWellFormed(name) : IsTopLevel(name);
        result = valid ? new RefName(name) : null;
        return valid;
    }

    /// <exception cref="UsageException">The name is malformed.</exception>
    public static RefName Parse(string name) =>
        TryParse(name, out RefName? result) ? result : throw new UsageException($"'{name}' cannot be the name of a ref");

    /// <summary>Accepts what a new branch may be called: a leading dash would be taken for an option, HEAD for HEAD.</summary>
    public static bool TryBranch(string shortName, [NotNullWhen(true)] out RefName? result) =>
        TryShort(BranchPrefix, shortName, out result);

    /// <exception cref="UsageException">The name is malformed.</exception>
    public static RefName Branch(string shortName) => Short(BranchPrefix, shortName, "branch");

    /// <exception cref="UsageException">The name is malformed.</exception>
    public static RefName Tag(string shortName) => Short(TagPrefix, shortName, "tag");

    /// <exception cref="UsageException">The name is malformed.</exception>
    public static RefName RemoteBranch(string remote, string shortName) => Short(RemotePrefix, remote + "/" + shortName, "remote branch");

    public int CompareTo(RefName? other) => other is null ? 1 : CompareNames(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(RefName left, RefName right) => CompareNames(left.Value, right.Value) < 0;

    public static bool operator >(RefName left, RefName right) => CompareNames(left.Value, right.Value) > 0;

    public static bool operator <=(RefName left, RefName right) => CompareNames(left.Value, right.Value) <= 0;

    public static bool operator >=(RefName left, RefName right) => CompareNames(left.Value, right.Value) >= 0;

    /// <summary>Compares names, or the beginnings of names, by their UTF-8 bytes.</summary>
    // UTF-16 and UTF-8 disagree about the order of characters beyond U+FFFF: their surrogates come before U+E000 here, and after U+FFFF
    // there.
    public static int CompareNames(string left, string right)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        return same < left.Length && same < right.Length ? Rank(left[same]) - Rank(right[same]) : left.Length - right.Length;
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x2000 : c < 0xE000 ? c : c - 0x800;

    private static bool IsTopLevel(string name) =>
        name.EndsWith("HEAD", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterUpper(c) || c == '_') && name[0] != '_';

    private static RefName Short(string prefix, string shortName, string kind)
    {
        if (!TryShort(prefix, shortName, out RefName? result))
            throw new UsageException(
                $"'{shortName}' cannot be the name of a {kind}: no spaces, control characters, '~^:?*[\\', '..', '@{{', no part that "
                + "begins with '.' or ends with '.lock', not HEAD, no leading '-'");
        return result;
    }

    private static bool TryShort(string prefix, string shortName, [NotNullWhen(true)] out RefName? result)
    {
        ArgumentNullException.ThrowIfNull(shortName);
        result = shortName.StartsWith('-') || shortName == Head.Value || !IsWellFormed(prefix + shortName) ? null
            : new RefName(prefix + shortName);
        return result is not null;
    }
}
