using Mig.Core;

namespace Mig.Edits.Accounts;

/// <summary>
/// An owner as <c>chown</c> takes it: <c>user</c>, <c>user:group</c>, <c>:group</c>, <c>user:</c> (his login group). Names are those of the
/// image, never the host's.
/// </summary>
/// <param name="User">A name or number; null leaves the user as he is.</param>
/// <param name="Group">A name or number; null leaves the group as it is.</param>
/// <param name="TakesLoginGroup">Whether the group is the user's own.</param>
public sealed record OwnerName(string? User, string? Group, bool TakesLoginGroup)
{
    /// <exception cref="UsageException">It is empty.</exception>
    public static OwnerName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon], group = colon < 0 ? "" : text[(colon + 1)..];
        if (user.Length == 0 && group.Length == 0)
            throw new UsageException($"'{text}' names no owner; write USER, USER:GROUP or :GROUP, with names of the image or numbers");
        return new OwnerName(user.Length > 0 ? user : null, group.Length > 0 ? group : null, colon >= 0 && group.Length == 0);
    }
}
