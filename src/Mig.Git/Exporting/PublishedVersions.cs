using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Trust;

namespace Mig.Git.Exporting;

/// <summary>
/// Which commit of Git each version is, as it was computed here: in <c>cache/git</c>, sealed, so that nobody else can say so. A cache: what
/// is not in it is computed again, and comes out the same.
/// </summary>
internal sealed class PublishedVersions
{
    private const string Folder = "git";
    private const int RowSize = ObjectId.Size + GitId.Size + 1;
    private const int MaxFileSize = 64 << 20;
    private const int MaxProfiles = 64;

    private readonly string _repositoryFolder;
    private readonly string _name;
    private readonly Dictionary<CommitId, PublishedVersion> _versions = [];
    private bool _isChanged;

    private PublishedVersions(string repositoryFolder, string name) => (_repositoryFolder, _name) = (repositoryFolder, name);

    public IReadOnlyCollection<PublishedVersion> All => _versions.Values;

    /// <param name="profile">What the ids depend on beside the versions.</param>
    public static PublishedVersions Read(string repositoryFolder, string profile)
    {
        var versions = new PublishedVersions(repositoryFolder, $"{Folder}/{profile}");
        ReadOnlySpan<byte> rows = SealedFile.Read(repositoryFolder, versions._name, MaxFileSize);
        for (; rows.Length >= RowSize; rows = rows[RowSize..])
        {
            var commit = new CommitId(new ObjectId(rows));
            versions._versions[commit] = new PublishedVersion(commit, new GitId(rows[ObjectId.Size..]), rows[RowSize - 1] != 0);
        }

        return versions;
    }

    /// <summary>Which version each commit of Git is that was published from here, with whatever options.</summary>
    public static Dictionary<GitId, CommitId> ReadAll(string repositoryFolder)
    {
        var found = new Dictionary<GitId, CommitId>();
        string folder = SealedFile.PathOf(repositoryFolder, Folder);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            foreach (PublishedVersion version in Read(repositoryFolder, Path.GetFileName(file)).All)
                found[version.Id] = version.Commit;
        }

        return found;
    }

    public PublishedVersion? Find(CommitId commit) => _versions.TryGetValue(commit, out PublishedVersion version) ? version : null;

    public void Add(PublishedVersion version)
    {
        _versions[version.Commit] = version;
        _isChanged = true;
    }

    /// <summary>Keeps what was found, where the repository can be written.</summary>
    public void Save()
    {
        if (!_isChanged || (long)_versions.Count * RowSize > MaxFileSize)
            return;
        byte[] rows = new byte[_versions.Count * RowSize];
        Span<byte> rest = rows;
        foreach (PublishedVersion version in _versions.Values.OrderBy(version => version.Commit.Value))
        {
            version.Commit.Value.CopyTo(rest);
            version.Id.CopyTo(rest[ObjectId.Size..]);
            rest[RowSize - 1] = version.HasHardLinks ? (byte)1 : (byte)0;
            rest = rest[RowSize..];
        }

        if (SealedFile.TryWrite(_repositoryFolder, _name, rows))
            SealedFile.RemoveOld(_repositoryFolder, Folder, MaxProfiles, MaxProfiles / 2);
        _isChanged = false;
    }
}
