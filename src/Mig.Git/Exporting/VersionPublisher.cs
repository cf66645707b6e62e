using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Revisions;

namespace Mig.Git.Exporting;

/// <summary>
/// Publishes versions as commits of Git, each after its parents. What the target has is not asked: its commits say by a trailer which
/// version they are, and anybody can write one. A version
/// counts as published when the seal of this repository says which commit it is and the target has that; else it is made, and comes out as
/// it did before.
/// </summary>
internal sealed class VersionPublisher(Repository repository, GitFolder target, GitExportOptions options, CancellationToken cancellation)
    : IDisposable
{
    private readonly PublishedVersions _known = PublishedVersions.Read(repository.Folder, options.Profile);
    private readonly VersionTree _trees = new(repository, target, options, cancellation);
    private readonly Dictionary<CommitId, PublishedVersion> _done = [];

    /// <summary>How many versions were made, and were not in the target.</summary>
    public int NewCount { get; private set; }

    public IReadOnlyCollection<string> LeftOut => _trees.LeftOut;

    /// <summary>Publishes versions with all before them.</summary>
    /// <exception cref="UnsupportedFeatureException">The history is cut off.</exception>
    public void Publish(IReadOnlyCollection<CommitId> tips)
    {
        var order = repository.Walk.Walk(tips, order: CommitOrder.Topological).ToList();
        if (order.Find(item => repository.Objects.Shallow.Contains(item.Id.Value)) is { } cut)
            throw new UnsupportedFeatureException("publishing a history that is cut off",
                $"the parents of {cut.Id.ToString()[..10]} are not here, and the ids of Git depend on them; 'mig fetch --unshallow' "
                + "brings them");
        order.Reverse();
        try
        {
            foreach (WalkedCommit item in order)
            {
                cancellation.ThrowIfCancellationRequested();
                _done[item.Id] = Publish(item.Id, item.Commit);
            }
        }
        finally
        {
            _known.Save();
        }
    }

    /// <summary>The commit that a version is. It was published by this.</summary>
    public GitId IdOf(CommitId commit) => _done[commit].Id;

    /// <summary>All that were published by this.</summary>
    public IReadOnlyCollection<PublishedVersion> Published => _done.Values;

    /// <summary>Whether a version was published by this.</summary>
    public bool Has(CommitId commit) => _done.ContainsKey(commit);

    public void Dispose() => _known.Save();

    private PublishedVersion Publish(CommitId id, Commit commit)
    {
        if (_known.Find(id) is { } known && target.Contains(known.Id))
            return known;
        string name = id.ToString()[..10];
        MachineImage image = repository.Objects.ReadImage(commit.Image), earlier = image;
        GitCommit? published = null;
        PublishedVersion before = default;
        if (commit.Parents.Count > 0)
        {
            before = _done[commit.Parents[0]];
            published = target.ReadCommit(before.Id);
            ImageId earlierId = repository.Objects.ReadCommit(commit.Parents[0]).Image;
            earlier = earlierId == commit.Image ? image : repository.Objects.ReadImage(earlierId);
        }

        (GitId tree, bool hasLinks) = _trees.Write(image, name, published is null ? null : earlier, published?.Tree ?? default,
            before.HasHardLinks);
        GitId made = target.WriteCommit(VersionText.Write(id, commit, tree, commit.Parents.Select(parent => _done[parent].Id)));
        var version = new PublishedVersion(id, made, hasLinks);
        _known.Add(version);
        NewCount++;
        return version;
    }
}
