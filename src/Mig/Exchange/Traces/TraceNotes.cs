using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Store;
using Mig.Versions.Tags;

namespace Mig.Exchange.Traces;

/// <summary>
/// The traces of a repository's versions. Each is the message of a tag on its version, <c>notes/trace/ID</c>: so it is pushed, fetched,
/// kept and verified as tags are, and keeps its version as they do.
/// </summary>
public sealed class TraceNotes(Repository repository)
{
    /// <summary>What the names of these tags begin with.</summary>
    public const string NamePrefix = "notes/trace/";

    // Of first parents, to find a version that has one.
    private const int MostSteps = 1024;

    /// <summary>Returns a version's own trace; null when it has none.</summary>
    /// <exception cref="CorruptStoreException">TRACE-001: what stands there is no trace of this version.</exception>
    public BootTrace? Find(CommitId commit)
    {
        if (repository.Refs.Resolve(NameOf(commit)) is not { } id)
            return null;
        string where = $"trace {id.ToShortString()} of {commit.Value.ToShortString()}";
        if (repository.Objects.GetKind(id) != ObjectKind.Tag)
            throw new CorruptStoreException("TRACE-001", $"{where}: it is no tag with a message; 'mig trace drop' removes it");
        Tag tag = Tag.Parse(repository.Store.ReadPayload(id, ObjectKind.Tag).Span, id);
        if (tag.Target != commit.Value)
            throw new CorruptStoreException("TRACE-001",
                $"{where}: it is on {tag.Target.ToShortString()}, which is another version; 'mig trace drop' removes it");
        MachineImage image = repository.Objects.ReadImage(repository.Objects.ReadCommit(commit).Image);
        int end = tag.Message.IndexOf("\n\n", StringComparison.Ordinal);
        return BootTrace.Parse(end < 0 ? tag.Message : tag.Message[(end + 2)..], where, [.. image.Disks.Select(disk => disk.Length)]);
    }

    /// <summary>Finds the version whose trace helps a start of another one: itself, else the nearest of its first parents.</summary>
    /// <returns>Null when none has one.</returns>
    public CommitId? FindNearest(CommitId commit)
    {
        HashSet<RefName> names = [.. repository.Refs.List(RefName.TagPrefix + NamePrefix, damaged: []).Select(item => item.Name)];
        if (names.Count == 0)
            return null;
        for (int step = 0; step < MostSteps; step++)
        {
            if (names.Contains(NameOf(commit)))
                return commit;
            if (repository.Objects.Shallow.Contains(commit.Value)
                || repository.Objects.ReadCommit(commit).Parents is not [var parent, ..])
                return null;
            commit = parent;
        }

        return null;
    }

    /// <summary>Gives a version a trace, in the place of the one that it has.</summary>
    public void Set(CommitId commit, BootTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        string summary = string.Create(CultureInfo.InvariantCulture,
            $"trace of a start: {trace.Length} bytes in {trace.Ranges.Count} ranges\n\n");
        var tag = new Tag
        {
            Target = commit.Value,
            TargetKind = ObjectKind.Commit,
            Name = NamePrefix + commit.Value,
            Tagger = repository.Identity.Committer(),
            Message = summary + trace.ToText(),
        };
        new TagEditor(repository).Take(tag, force: true);
    }

    /// <summary>Removes a version's trace, whatever stands there.</summary>
    /// <exception cref="NotFoundException">It has none.</exception>
    public void Drop(CommitId commit)
    {
        if (repository.Refs.Resolve(NameOf(commit)) is null)
            throw new NotFoundException($"{commit.Value.ToShortString()} has no trace of its own");
        new TagEditor(repository).Delete(NamePrefix + commit.Value);
    }

    private static RefName NameOf(CommitId commit) => RefName.Tag(NamePrefix + commit.Value);
}
