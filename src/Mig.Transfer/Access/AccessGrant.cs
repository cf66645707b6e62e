using Mig.Core;

namespace Mig.Transfer.Access;

/// <summary>One line <c>allow = RIGHTS [REPOSITORY [REF]]</c>: what, in which repositories, for which refs.</summary>
/// <param name="Repositories">Matches names of repositories, without a slash at either end.</param>
/// <param name="Refs">Matches full names, such as <c>refs/heads/main</c>.</param>
public sealed record AccessGrant(AccessRight Rights, NamePattern Repositories, NamePattern Refs)
{
    private const string Form =
        "write RIGHTS [REPOSITORY [REF]], such as 'read', 'write lab/*' or 'read,write,force lab/** refs/heads/ci/*'";

    private static readonly (string Name, AccessRight Right)[] Names =
    [
        ("read", AccessRight.Read),
        ("write", AccessRight.Write | AccessRight.Read),
        ("force", AccessRight.Force | AccessRight.Write | AccessRight.Read),
        ("delete", AccessRight.Delete | AccessRight.Read),
        ("admin", AccessRight.Admin | AccessRight.Delete | AccessRight.Force | AccessRight.Write | AccessRight.Read),
    ];

    /// <summary>Reads what stands behind <c>allow =</c>.</summary>
    /// <exception cref="UsageException">It is malformed; says what is allowed.</exception>
    public static AccessGrant Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 3)
            throw new UsageException($"'{text}' has {words.Length} words; {Form}");
        AccessRight rights = AccessRight.None;
        foreach (string word in words[0].Split(','))
        {
            int index = Array.FindIndex(Names, item => item.Name == word);
            if (index < 0)
                throw new UsageException($"'{word}' is no right; there are {string.Join(", ", Names.Select(item => item.Name))}");
            rights |= Names[index].Right;
        }

        // Nobody shall believe that this keeps other refs from being read.
        if (words.Length == 3 && rights == AccessRight.Read)
            throw new UsageException($"'{text}' names refs, but reading is for a whole repository; leave '{words[2]}' out");
        if (words.Length == 3 && rights.HasFlag(AccessRight.Admin))
            throw new UsageException($"'{text}' names refs, but admin is for a whole repository; leave '{words[2]}' out");
        NamePattern refs = words.Length > 2 ? NamePattern.Parse(words[2]) : NamePattern.Everything;
        if (words.Length > 2 && refs.Text != NamePattern.Everything.Text && !refs.Text.StartsWith("refs/", StringComparison.Ordinal))
            throw new UsageException($"'{refs}' matches no ref; their full names begin with refs/, as in refs/heads/main");
        return new AccessGrant(rights, words.Length > 1 ? NamePattern.Parse(words[1]) : NamePattern.Everything, refs);
    }
}
