using System.Globalization;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;

namespace Mig.Transfer.Access;

/// <summary>What <c>mig serve --auth FILE</c> reads: who may do what. Immutable; for many threads.</summary>
/// <remarks>
/// The form is that of Git's configuration, a section for each token:
/// <code>
/// [token "ci"]
///     hash = 5f16…        # SHA-256 of the token; 'mig token create ci' prints it
///     allow = read lab/**
///     allow = write,force lab/web refs/heads/ci/*
///     expires = 2027-01-31
/// [anonymous]             # those who show no token
///     allow = read public/*
/// </code>
/// </remarks>
public sealed class AccessFile
{
    private const string TokenSection = "token";
    private const string AnonymousSection = "anonymous";

    private readonly List<AccessEntry> _entries;

    private AccessFile(List<AccessEntry> entries, AccessRights? anonymous)
    {
        _entries = entries;
        Anonymous = anonymous;
    }

    /// <summary>What those may do who show no token; null when they may do nothing.</summary>
    public AccessRights? Anonymous { get; }

    /// <summary>The names of the tokens, in the order of the file.</summary>
    public IEnumerable<string> Names => _entries.Select(entry => entry.Rights.Name);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is missing or malformed; names line and what is allowed.</exception>
    public static AccessFile Load(string path, TimeProvider clock) => LibC.LookAt(path) switch
    {
        FileType.Regular => Parse(File.ReadAllText(path), path, clock),
        FileType.Missing => throw new UsageException($"there is no access file {path}; 'mig token create NAME' prints a section for it"),
        _ => throw new UsageException($"the access file {path} is not a file; it is read again whenever it changes, so it must be one"),
    };

    /// <summary>Reads the text of a file.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="clock">Its time zone is that of dates without one.</param>
    /// <exception cref="UsageException">It is malformed; names line and what is allowed.</exception>
    public static AccessFile Parse(string text, string source, TimeProvider clock)
    {
        var tokens = new Dictionary<string, Draft>();
        Draft? anonymous = null;
        foreach (ConfigEntry entry in ConfigDocument.Parse(text, source, ConfigScope.User).Entries)
        {
            Draft draft = (entry.Key.Section, entry.Key.Subsection) switch
            {
                (TokenSection, { Length: > 0 } name) =>
                    tokens.TryGetValue(name, out Draft? known) ? known : tokens[name] = new Draft(name, entry.Line),
                (AnonymousSection, null) => anonymous ??= new Draft(AnonymousSection, entry.Line),
                _ => throw Malformed(source, entry.Line,
                    $"'{entry.Key}' stands in no section that counts; there are [token \"NAME\"] and [anonymous]"),
            };
            try
            {
                Read(entry, draft, isAnonymous: draft == anonymous, clock);
            }
            catch (UsageException e)
            {
                throw Malformed(source, entry.Line, e.Message);
            }
        }

        CheckHashes(tokens.Values, source);

        // A token takes nothing away: what is open to all is open to its holder.
        IReadOnlyList<AccessGrant> common = anonymous?.Grants ?? [];
        return new AccessFile(
            [.. tokens.Values.Select(draft =>
                new AccessEntry(draft.Hashes, draft.Expires, new AccessRights(draft.Name, [.. draft.Grants, .. common])))],
            anonymous is null ? null : new AccessRights(anonymous.Name, anonymous.Grants));
    }

    /// <summary>Finds out whose token this is.</summary>
    /// <returns>Null for a token that is unknown or has expired.</returns>
    /// <remarks>Every hash is compared, each in constant time: how long it takes says nothing about the tokens that are there.</remarks>
    public AccessRights? Authenticate(string token, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        byte[] hash = AccessTokenText.Hash(token);
        AccessEntry? found = null;
        foreach (AccessEntry entry in _entries)
        {
            foreach (byte[] known in entry.Hashes)
            {
                if (CryptographicOperations.FixedTimeEquals(hash, known))
                    found = entry;
            }
        }

        return found is null || !AccessTokenText.IsWellFormed(token) || found.Expires <= now ? null : found.Rights;
    }

    private static void Read(ConfigEntry entry, Draft draft, bool isAnonymous, TimeProvider clock)
    {
        switch (entry.Key.Name)
        {
            case "allow":
                draft.Grants.Add(AccessGrant.Parse(entry.Value ?? ""));
                break;
            case "hash" when !isAnonymous:
                if (entry.Value is not { Length: 2 * AccessTokenText.HashSize } hex || !ObjectId.TryParse(hex, out ObjectId hash))
                    throw new UsageException(
                        "a hash has 64 hexadecimal digits: the SHA-256 of a token that 'mig token create' made; the token itself never "
                        + "stands here");
                draft.Hashes.Add(hash.ToArray());
                break;
            case "expires" when !isAnonymous:
                draft.Expires = ExpiryText.Parse(entry.Value ?? "", clock);
                break;
            default:
                throw new UsageException(
                    $"there is no '{entry.Key.Name}' here; there {(isAnonymous ? "is allow" : "are hash, allow and expires")}");
        }
    }

    private static void CheckHashes(IEnumerable<Draft> tokens, string source)
    {
        var owners = new Dictionary<ObjectId, string>();
        foreach (Draft token in tokens)
        {
            if (token.Hashes.Count == 0)
                throw Malformed(source, token.Line, $"token '{token.Name}' has no hash; 'mig token create {token.Name}' prints one");
            foreach (byte[] hash in token.Hashes)
            {
                if (!owners.TryAdd(new ObjectId(hash), token.Name))
                    throw Malformed(source, token.Line,
                        $"tokens '{owners[new ObjectId(hash)]}' and '{token.Name}' have the same hash; each needs a token of its own");
            }
        }
    }

    private static UsageException Malformed(string source, int line, string detail) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{source}, line {line}: {detail}"));

    /// <summary>A section while it is being read.</summary>
    private sealed class Draft(string name, int line)
    {
        public string Name { get; } = name;

        public int Line { get; } = line;

        public List<byte[]> Hashes { get; } = [];

        public List<AccessGrant> Grants { get; } = [];

        public DateTimeOffset? Expires { get; set; }
    }
}
