using Mig.Core;
using LibGit = LibGit2Sharp;

namespace Mig.Git.Objects;

/// <summary>
/// A Git repository on this machine, by libgit2, which is loaded here and nowhere else. It may be a stranger's: what is read of it is
/// checked against its id by libgit2, its hooks and
/// filters are not run, and one that belongs to another user is refused. For one thread.
/// </summary>
internal sealed class GitFolder : IDisposable
{
    private readonly LibGit.Repository _repository;

    private GitFolder(LibGit.Repository repository, string path) => (_repository, Path) = (repository, path);

    /// <summary>The folder as the user named it.</summary>
    public string Path { get; }

    /// <summary>The repository of libgit2, for what exchanges with others.</summary>
    public LibGit.Repository Native => _repository;

    /// <summary>Opens a repository: the folder itself, or the <c>.git</c> in it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="UntrustedRepositoryException">It is another user's.</exception>
    public static GitFolder Open(string path) => Guard(path, () =>
    {
        if (!LibGit.Repository.IsValid(path))
            throw new NotFoundException($"{path} is not a Git repository");
        return new GitFolder(new LibGit.Repository(path), path);
    });

    /// <summary>Opens a repository; where nothing is, or an empty folder, a bare one is made.</summary>
    /// <exception cref="ConflictException">Something else is there.</exception>
    public static GitFolder OpenOrCreate(string path) => Guard(path, () =>
    {
        if (!LibGit.Repository.IsValid(path))
        {
            if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
                throw new ConflictException($"{path} is there and is not a Git repository; name one, an empty folder, or a new one");
            LibGit.Repository.Init(path, isBare: true);
        }

        return new GitFolder(new LibGit.Repository(path), path);
    });

    public GitId WriteBlob(byte[] content) => Run(() => IdOf(_repository.ObjectDatabase.Write<LibGit.Blob>(content)));

    public GitId WriteTree(GitTree tree) => Run(() => IdOf(_repository.ObjectDatabase.Write<LibGit.Tree>(tree.Encode())));

    /// <summary>Stores the bytes of a commit: libgit2's own way changes messages, and stores none at all where it is compiled ahead of
    /// time.</summary>
    public GitId WriteCommit(byte[] content) => Run(() => IdOf(_repository.ObjectDatabase.Write<LibGit.Commit>(content)));

    public GitId WriteTag(byte[] content) => Run(() => IdOf(_repository.ObjectDatabase.Write<LibGit.TagAnnotation>(content)));

    public bool Contains(GitId id) => Run(() => _repository.ObjectDatabase.Contains(ToNative(id)));

    /// <summary>Reads a tree; null when there is none of that id.</summary>
    public GitTree? ReadTree(GitId id) => Run(() => _repository.Lookup(ToNative(id)) is LibGit.Tree tree ? Read(tree) : null);

    public GitCommit? ReadCommit(GitId id) => Run(() => _repository.Lookup(ToNative(id)) is LibGit.Commit commit ? Read(commit) : null);

    /// <summary>Reads a blob; null when there is none of that id, or one that is larger than wanted.</summary>
    public byte[]? ReadBlob(GitId id, long maxSize) => Run(() =>
    {
        if (_repository.Lookup(ToNative(id)) is not LibGit.Blob blob || blob.Size > maxSize)
            return null;
        using Stream stream = blob.GetContentStream();
        byte[] content = new byte[blob.Size];
        stream.ReadExactly(content);
        return content;
    });

    /// <summary>Reads an annotated tag; null when the object is none.</summary>
    public GitTag? ReadTag(GitId id) => Run(() => _repository.Lookup(ToNative(id)) is LibGit.TagAnnotation tag
        ? new GitTag(tag.Name, IdOf(tag.Target.Id), tag.Tagger is { } tagger ? Read(tagger) : null, tag.Message ?? "")
        : null);

    /// <summary>The refs below a prefix that name an object, sorted by name; symbolic ones are left out.</summary>
    public IReadOnlyList<GitRef> ListRefs(string prefix) => Run<IReadOnlyList<GitRef>>(() =>
        [.. _repository.Refs.OfType<LibGit.DirectReference>()
            .Where(found => found.CanonicalName.StartsWith(prefix, StringComparison.Ordinal))
            .Select(found => new GitRef(found.CanonicalName, Parse(found.TargetIdentifier)))
                .OrderBy(found => found.Name, StringComparer.Ordinal)]);

    public GitId? ResolveRef(string name) => Run(() => _repository.Refs[name]?.ResolveToDirectReference() is { } found
        ? Parse(found.TargetIdentifier) : (GitId?)null);

    /// <summary>The commit that an object leads to through annotated tags; null when it leads to none.</summary>
    public GitId? Peel(GitId id) => Run(() =>
    {
        LibGit.GitObject? found = _repository.Lookup(ToNative(id));
        while (found is LibGit.TagAnnotation tag)
            found = tag.Target;
        return found is LibGit.Commit ? IdOf(found.Id) : (GitId?)null;
    });

    public void WriteRef(string name, GitId id, string reason) =>
        Run(() => _repository.Refs.Add(name, ToNative(id), reason, allowOverwrite: true));

    /// <summary>The branch that HEAD stands for, which may have no commit yet; null when it stands for none.</summary>
    public string? HeadBranch => Run(() => _repository.Refs["HEAD"] is LibGit.SymbolicReference head ? head.TargetIdentifier : null);

    public void PointHead(string branch) => Run(() => _repository.Refs.UpdateTarget("HEAD", branch));

    public bool IsBare => _repository.Info.IsBare;

    /// <summary>Whether files that Git knows were changed, added or deleted in the folder.</summary>
    public bool HasChanges() => Run(() => _repository.RetrieveStatus(
        new LibGit.StatusOptions { IncludeUntracked = false, IncludeIgnored = false }).IsDirty);

    /// <summary>Makes the files of the folder those of HEAD.</summary>
    public void CheckOutHead() => Run(() =>
    {
        LibGit.RepositoryExtensions.Reset(_repository, LibGit.ResetMode.Hard);
        return true;
    });

    public void Dispose() => _repository.Dispose();

    internal static GitId Parse(string hex) => GitId.TryParse(hex, out GitId id) ? id
        : throw new IOException($"'{hex}' is not an id of Git's SHA-1 kind");

    private static GitId IdOf(LibGit.ObjectId id) => new(id.RawId);

    private static LibGit.ObjectId ToNative(GitId id) => new(id.ToArray());

    private static GitTree Read(LibGit.Tree tree)
    {
        var read = new GitTree();
        foreach (LibGit.TreeEntry entry in tree)
        {
            // Two names that are one after decoding are none that mig wrote.
            if (read.Find(entry.Name) is null)
                read.Add(entry.Name, ModeOf(entry.Mode), IdOf(entry.Target.Id));
        }

        return read;
    }

    private static GitMode ModeOf(LibGit.Mode mode) => mode switch
    {
        LibGit.Mode.Directory => GitMode.Tree,
        LibGit.Mode.NonExecutableFile or LibGit.Mode.NonExecutableGroupWritableFile => GitMode.File,
        LibGit.Mode.ExecutableFile => GitMode.Executable,
        _ => GitMode.Other,
    };

    private static GitCommit Read(LibGit.Commit commit) => new(
        IdOf(commit.Id), IdOf(commit.Tree.Id), [.. commit.Parents.Select(parent => IdOf(parent.Id))], Read(commit.Author),
            Read(commit.Committer), commit.Message ?? "");

    private static GitPerson Read(LibGit.Signature signature) => new(signature.Name ?? "", signature.Email ?? "", signature.When);

    private T Run<T>(Func<T> action) => Guard(Path, action);

    /// <summary>Calls libgit2, and says in mig's words what it refuses.</summary>
    private static T Guard<T>(string place, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (LibGit.NameConflictException e)
        {
            throw new ConflictException($"{place}: {Sentence(e)}");
        }
        catch (LibGit.LibGit2SharpException e) when (e.Message.Contains("not owned by current user", StringComparison.Ordinal))
        {
            throw new UntrustedRepositoryException($"{place} is another user's Git repository; 'git config --global --add safe.directory "
                + $"{System.IO.Path.GetFullPath(place)}' says that you trust it");
        }
        catch (LibGit.LibGit2SharpException e)
        {
            throw new IOException($"{place}: Git refuses: {Sentence(e)}; 'git -C {place} fsck' says whether that repository is whole", e);
        }
        catch (Exception e) when (FindMissingLibrary(e) is { } missing)
        {
            throw new UnsupportedFeatureException("the Git bridge",
                $"its library cannot be loaded ({missing}); it is published beside mig, as a file whose name begins with libgit2-: put it "
                + "there again");
        }
    }

    private static string Sentence(Exception e) => e.Message.TrimEnd('.');

    private static string? FindMissingLibrary(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
                return e.Message.Split('\n')[0].TrimEnd('.');
        }

        return null;
    }
}
