using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.Git.Exporting;
using Mig.Git.Importing;
using Mig.Git.Objects;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Git;

/// <summary>
/// Takes in what people did in a Git repository that versions were published to: edits of the text of <c>/etc</c> become a version on the
/// branch, tags and notes become tags. The repository may be a stranger's: what
/// it says counts only about commits that are proven to be versions.
/// </summary>
public sealed class GitImporter(Repository repository, GitImportOptions options)
{
    private readonly GitImportOptions _options = options ?? throw new ArgumentNullException(nameof(options));

    /// <summary>Takes in edits and approvals.</summary>
    /// <exception cref="NotFoundException">There is no such repository, or no such branch in it.</exception>
    /// <exception cref="ConflictException">An edit is not one of the text of <c>/etc</c>, or was made on something else. Its branch is
    /// where it was.</exception>
    public GitImportReport ImportFrom(string folder, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using GitFolder source = GitFolder.Open(folder);
        var published = new PublishedCommits(repository, _options.Export.Normalized, cancellation);
        var edits = new List<ImportedEdit>();
        var warnings = new List<string>();
        foreach (GitRef branch in Choose(source))
        {
            if (Take(source, published, branch, warnings, cancellation) is { } edit)
                edits.Add(edit);
        }

        var approvals = new ApprovalImport(repository, source, published);
        approvals.Run();
        return new GitImportReport(edits, approvals.Taken, [.. warnings, .. approvals.Warnings]);
    }

    private List<GitRef> Choose(GitFolder source)
    {
        IReadOnlyList<GitRef> all = source.ListRefs(RefName.BranchPrefix);
        foreach (string name in _options.Branches)
        {
            if (!all.Any(found => found.Name == RefName.BranchPrefix + name))
                throw new NotFoundException($"{source.Path} has no branch "
                    + $"'{name}'.{NearNames.Suggest(name, all.Select(found => found.Name[RefName.BranchPrefix.Length..]))}");
        }

        return [.. all.Where(found => _options.Branches.Count == 0
            || _options.Branches.Contains(found.Name[RefName.BranchPrefix.Length..]))];
    }

    private ImportedEdit? Take(GitFolder source, PublishedCommits published, GitRef branch, List<string> warnings,
        CancellationToken cancellation)
    {
        string name = branch.Name[RefName.BranchPrefix.Length..];
        if (!RefName.TryParse(branch.Name, out RefName? here) || repository.Refs.Resolve(here) is not { } tip)
        {
            // One that others work on is none of ours until it is merged.
            if (_options.Branches.Count > 0)
                throw new NotFoundException($"there is no branch '{name}' here; edits are taken in from a branch of the same name, so "
                    + $"merge them there, or make it with 'mig branch {name}'");
            return null;
        }

        var version = new CommitId(tip);
        string id = branch.Id.ToString();
        if (repository.Walk.Walk([version]).Any(item => item.Commit.Headers.Any(
            header => header.Key == RefMoves.SourceHeader && header.Value == id)))
            return null;
        if (EditedBranch.Read(repository, source, published, name, branch.Id) is not { } edited)
            return null;
        if (!repository.Walk.IsAncestor(edited.Base.Version, version))
            throw new ConflictException($"branch {name} was edited on the version {edited.Base.Version.ToString()[..10]}, which is not on "
                + $"the branch '{name}' here");
        if (edited.Edits.Any(edit => repository.Walk.Walk([version])
            .Any(item => item.Commit.Headers.Any(header => header.Key == RefMoves.SourceHeader && header.Value == edit.Id.ToString()))))
            warnings.Add($"branch {name}: a part of the edits was taken in before");
        return Commit(source, name, version, edited, cancellation);
    }

    private ImportedEdit Commit(GitFolder source, string branch, CommitId tip, EditedBranch edited, CancellationToken cancellation)
    {
        IReadOnlyList<FileDifference> differences = new TreeComparison(source).Run(edited.Base.Commit.Tree, edited.Tip.Tree);
        Commit was = repository.Objects.ReadCommit(edited.Base.Version), now = repository.Objects.ReadCommit(tip);
        IReadOnlyList<EditOperation> operations = differences.Count == 0
            ? []
            : new SettingsEdit(repository, source, repository.Objects.ReadImage(was.Image), repository.Objects.ReadImage(now.Image))
                .Plan(branch, differences);
        var request = new EditRequest
        {
            Branch = branch,
            Message = edited.Message,
            Author = edited.Author.ToSignature(),
            Headers = [new HeaderLine(RefMoves.SourceHeader, edited.Tip.Id.ToString())],
            AllowEmpty = true,
            NoVerify = _options.NoVerify,
        };
        EditResult result = new ImageEditor(repository).Commit(request, edit =>
        {
            var changes = new VolumeChanges(repository, edit, branch, PathSpec.Root);
            foreach (EditOperation operation in operations)
                changes.Run(new PlacedOperation(PathSpec.Root, operation));
        }, cancellation);
        return new ImportedEdit(branch, edited.Tip.Id, result.Id!.Value, differences.Count, MessageText.Subject(result.Message));
    }
}
