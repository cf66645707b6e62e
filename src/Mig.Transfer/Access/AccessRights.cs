using Mig.History.Refs;

namespace Mig.Transfer.Access;

/// <summary>What the holder of a token may do. Immutable; for many threads.</summary>
/// <param name="name">What the access file calls the token.</param>
public sealed class AccessRights(string name, IReadOnlyList<AccessGrant> grants)
{
    /// <summary>Those of everybody where the server asks nobody: a pipe, ssh, loopback without an access file.</summary>
    public static AccessRights Unlimited { get; } = new("everybody", [AccessGrant.Parse("admin")]);

    /// <summary>What the access file calls the token, for logs and hooks.</summary>
    public string Name { get; } = name;

    public IReadOnlyList<AccessGrant> Grants { get; } = grants;

    /// <summary>
    /// Tells whether refs may be listed and objects fetched. To a stranger, a repository that may not be read should look like one that is
    /// not there.
    /// </summary>
    /// <param name="repository">Its path below the server's root, such as <c>lab/web</c>.</param>
    public AccessDecision MayRead(string repository) => Has(AccessRight.Read, repository, null)
        ? AccessDecision.Allowed
        : new($"'{Name}' may not read {repository}");

    /// <summary>Tells whether any ref may be moved at all.</summary>
    public AccessDecision MayPush(string repository) =>
        Has(AccessRight.Write, repository, null) || Has(AccessRight.Delete, repository, null)
        ? AccessDecision.Allowed
        : new($"'{Name}' may not push to {repository}, which needs the right 'write'");

    /// <summary>Tells whether a ref may move like this.</summary>
    public AccessDecision MayUpdate(string repository, RefName reference, RefUpdateKind kind)
    {
        ArgumentNullException.ThrowIfNull(reference);
        (AccessRight right, string verb, string needed) = kind switch
        {
            RefUpdateKind.Create => (AccessRight.Write, "make", "write"),
            RefUpdateKind.FastForward => (AccessRight.Write, "move", "write"),
            RefUpdateKind.Force => (AccessRight.Force, "force", "force"),
            RefUpdateKind.Delete => (AccessRight.Delete, "delete", "delete"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return Has(right, repository, reference.Value) ? AccessDecision.Allowed
            : new($"'{Name}' may not {verb} {reference} of {repository}, which needs the right '{needed}'");
    }

    /// <summary>Tells whether the repository may be looked after: made, checked, cleaned.</summary>
    public AccessDecision MayAdminister(string repository) => Has(AccessRight.Admin, repository, null)
        ? AccessDecision.Allowed
        : new($"'{Name}' may not administer {repository}");

    private bool Has(AccessRight right, string repository, string? reference) =>
        Grants.Any(grant => grant.Rights.HasFlag(right) && grant.Repositories.Matches(repository)
            && (reference is null || grant.Refs.Matches(reference)));
}
