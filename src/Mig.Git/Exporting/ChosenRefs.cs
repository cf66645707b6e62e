using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Git.Exporting;

/// <summary>The branches and tags that an export is about.</summary>
internal sealed class ChosenRefs
{
    private readonly Repository _repository;
    private readonly List<(RefName Name, ObjectId Id, CommitId Version)> _refs = [];
    private readonly bool _hasAll;

    /// <exception cref="NotFoundException">There is no branch of a name that was given.</exception>
    public ChosenRefs(Repository repository, IReadOnlyList<string> branches)
    {
        _repository = repository;
        _hasAll = branches.Count == 0;
        foreach (Ref branch in repository.Refs.List(RefName.BranchPrefix)
            .Where(found => found.Target is null && (_hasAll || branches.Contains(found.Name.ShortName))))
            _refs.Add((branch.Name, branch.Id, new CommitId(branch.Id)));
        foreach (string name in branches)
        {
            if (!_refs.Exists(found => found.Name.ShortName == name))
            {
                IEnumerable<string> names = repository.Refs.List(RefName.BranchPrefix).Select(found => found.Name.ShortName);
                throw new NotFoundException($"there is no branch '{name}'.{NearNames.Suggest(name, names)}");
            }
        }

        foreach (Ref tag in repository.Refs.List(RefName.TagPrefix))
        {
            if (repository.Objects.PeelToCommit(tag.Id) is { } version)
                _refs.Add((tag.Name, tag.Id, version));
            else if (_hasAll)
                Skipped.Add($"tag '{tag.Name.ShortName}' is left out: it does not name a version");
        }

        if (_refs.Count == 0)
            throw new NotFoundException("there is no version to publish yet; 'mig commit DISK' makes the first");
    }

    /// <summary>Tags that cannot be published, with the reason.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>The versions that must be published.</summary>
    public IReadOnlyCollection<CommitId> Tips => [.. _refs.Where(found => _hasAll || found.Name.IsBranch).Select(found => found.Version)];

    /// <summary>Says what each is to name in Git, and stores the tags that say more than a name.</summary>
    public IReadOnlyList<WantedRef> Write(GitFolder target, VersionPublisher versions)
    {
        var wanted = new List<WantedRef>();
        foreach ((RefName name, ObjectId id, CommitId version) in _refs.Where(found => versions.Has(found.Version)))
            wanted.Add(new WantedRef(name.Value, WriteTag(target, id, versions.IdOf(version)), version));
        return wanted;
    }

    private GitId WriteTag(GitFolder target, ObjectId id, GitId version)
    {
        if (_repository.Objects.GetKind(id) != ObjectKind.Tag)
            return version;
        Tag tag = _repository.Objects.ReadTag(new TagId(id));
        return target.WriteTag(VersionText.Write(tag, WriteTag(target, tag.Target, version), tag.TargetKind == ObjectKind.Tag ? "tag"
            : "commit"));
    }
}
