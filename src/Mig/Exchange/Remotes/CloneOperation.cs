using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Branches;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Makes a repository from another one. When it is broken off, what has arrived is kept, and the same clone goes on with it; what it made
/// in vain is removed.
/// </summary>
public sealed class CloneOperation
{
    private readonly CloneOptions _options;
    private readonly RepositoryContext _context;
    private readonly RemoteAddress _address;
    private readonly string _remoteName;
    private bool? _begun;

    /// <exception cref="UsageException">The address or a name is malformed.</exception>
    public CloneOperation(CloneOptions options, RepositoryContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        _options = options;
        _context = context;
        _address = RemoteAddress.Parse(options.Address, options.BaseFolder);
        _remoteName = options.RemoteName
            ?? Config.Load(null, context.Environment, context.ConfigOverrides).Get("clone.defaultremotename") ?? "origin";
        RemoteEditor.CheckName(_remoteName);
        string name = options.Directory ?? _address.RepositoryName + (options.IsBare ? Repository.FolderName : "");
        if (name.Length == 0)
            throw new UsageException($"'{_address.Text}' does not say what the clone shall be called; name a folder for it");
        Folder = Path.GetFullPath(Path.Combine(options.BaseFolder, name));
    }

    /// <summary>The folder that will be made.</summary>
    public string Folder { get; }

    /// <summary>Whether the folder holds this clone, broken off.</summary>
    public bool IsBegun => _begun ??= FindBegun();

    /// <summary>Returns what a clone that was broken off was asked for, so that it can be gone on with.</summary>
    /// <exception cref="NotFoundException">There is none in that folder.</exception>
    public static CloneOptions FindUnfinished(string folder, RepositoryContext context)
    {
        string full = Path.GetFullPath(folder);
        return UnfinishedClone.Find(full, context) is { } lines
            ? UnfinishedClone.Read(lines, full)
            : throw new NotFoundException(
                $"there is no clone in {full} that was broken off; 'mig clone ADDRESS' begins one, and 'mig fetch' brings what a finished "
                + "one lacks");
    }

    /// <exception cref="ConflictException">The folder is there, and not empty.</exception>
    /// <exception cref="NotFoundException">There is no such branch.</exception>
    /// <exception cref="RemoteException">The other side cannot be reached, or does not keep to the protocol.</exception>
    public CloneOutcome Run(CancellationToken cancellation = default)
    {
        bool isThere = Directory.Exists(Folder), isBegun = IsBegun;
        if (File.Exists(Folder) || (isThere && !isBegun && Directory.EnumerateFileSystemEntries(Folder).Any()))
            throw new ConflictException($"{Folder} is there already, and not an empty folder; name another one");
        using RemoteRepository connection = new RemoteAccess(null, _context).Open(_remoteName, _address, isNamed: true, cancellation);
        RemoteListing listing = connection.ListRefs(cancellation: cancellation);
        RemoteRef? start = FindStart(listing);
        try
        {
            return Make(connection, listing, start, cancellation);
        }
        catch (Exception e)
        {
            if (MayGoOn(e) && (isBegun || HasArrived()))
            {
                string kept =
                    $"what has arrived is kept in {Folder}: the same command goes on with it, and so does 'mig clone --resume {Folder}'";
                if (e is OperationCanceledException)
                    throw new InterruptedException("interrupted; " + kept, e);
                _context.Warning(kept);
            }
            else if (!isBegun)
            {
                Remove(isThere);
            }

            throw;
        }
    }

    // Of the same address, in the same way: anything else would be another clone.
    private bool FindBegun()
    {
        if (UnfinishedClone.Find(Folder, _context) is not { } lines)
            return false;
        return lines.Order(StringComparer.Ordinal)
            .SequenceEqual(UnfinishedClone.Describe(_options, _remoteName).Order(StringComparer.Ordinal))
            ? true
            : throw new ConflictException(
                $"{Folder} holds another clone that was broken off ({string.Join(", ", lines.Select(RemoteAddress.Redact))}): 'mig clone "
                + $"--resume {Folder}' goes on with it; or delete the folder, or name another one");
    }

    // A line or a disk may do better the next time; a server that is not honest will not.
    private static bool MayGoOn(Exception e) =>
        e is OperationCanceledException or IOException or UnauthorizedAccessException or RemoteException
        {
            Code: RemoteCodes.Broken or RemoteCodes.Silent or RemoteCodes.NoConnection
        };

    private bool HasArrived()
    {
        string folder = _options.IsBare ? Folder : Path.Combine(Folder, Repository.FolderName);
        string[] places = [Path.Combine(folder, "packs"), Path.Combine(folder, "cache", "incoming", "packs")];
        return places.Any(place => Directory.Exists(place) && Directory.EnumerateFiles(place).Any());
    }

    // The branch or tag that HEAD will be on; null for HEAD as it is there, which may be on no branch, or on one without commits.
    private RemoteRef? FindStart(RemoteListing listing)
    {
        if (_options.Branch is not { } wanted)
            return listing.HeadTarget is { } target ? listing.Refs.FirstOrDefault(found => found.Name == target) : null;
        foreach (string prefix in (string[])[RefName.BranchPrefix, RefName.TagPrefix])
        {
            if (listing.Refs.FirstOrDefault(found => found.Name.Value == prefix + wanted) is { } start)
                return start;
        }

        IEnumerable<string> names = listing.Refs.Where(found => found.Name.IsBranch || found.Name.IsTag)
            .Select(found => found.Name.ShortName);
        throw new NotFoundException($"{_address.Text} has no branch or tag '{wanted}'.{NearNames.Suggest(wanted, names)}");
    }

    private CloneOutcome Make(RemoteRepository connection, RemoteListing listing, RemoteRef? start, CancellationToken cancellation)
    {
        (string folder, _) = Repository.Initialize(Folder, _options.IsBare, _context);
        List<string> refspecs = Refspecs(start);
        if (!IsBegun)
            Config.RepositoryFile(folder).Update(document => Configure(document, refspecs));
        using Repository repository = Repository.Open(folder, _context);
        var remote = new Remote(_remoteName, [_address.Text], [_address.Text], [.. refspecs.Select(Refspec.ParseFetch)], []);
        string reason = $"clone: from {_address.Text}";
        FetchOutcome fetch = new FetchOperation(repository).Run(
            connection,
            listing,
            remote,
            _address,
            new FetchOptions
            {
                Tags = IsSingleBranch(start) ? TagFetch.Following : TagFetch.All,
                Depth = _options.Depth,
                WithoutContent = _options.WithoutContent,
                Sharing = _options.Sharing,
                AlsoWanted = listing.HeadTarget is null && _options.Branch is null && listing.HeadId is { } detached ? [detached] : [],
                SetsFetchHead = false,
                LogsNewRefs = false,
                Action = reason,
                Progress = _options.Progress,
            },
            cancellation);
        CloneOutcome outcome = SetHead(repository, listing, start, fetch, reason, cancellation);
        RememberListing(repository, listing);
        return outcome;
    }

    // The first fetch need not be told again what there was.
    private void RememberListing(Repository repository, RemoteListing listing)
    {
        var remotes = new RemoteConfiguration(repository);
        Remote remote = remotes.Read(_remoteName);
        RefName? merge = repository.Refs.ReadHead().Branch is { } branch ? new Upstreams(repository).Find(branch)?.Merge : null;
        new ListingCache(repository).Note(remotes.AddressOf(remote.FetchUrl), NeededRefs.OfFetch(remote, [], merge, remote.Tags), listing);
    }

    private bool IsSingleBranch(RemoteRef? start) => start is not null && (_options.IsSingleBranch ?? _options.Depth is not null);

    private List<string> Refspecs(RemoteRef? start)
    {
        string tracking = _options.IsBare ? RefName.BranchPrefix : $"{RefName.RemotePrefix}{_remoteName}/";
        if (!IsSingleBranch(start))
            return [$"+{RefName.BranchPrefix}*:{tracking}*"];
        return start!.Name.IsTag ? [$"+{start.Name}:{start.Name}"] : [$"+{start.Name}:{tracking}{start.Name.ShortName}"];
    }

    private void Configure(ConfigDocument document, List<string> refspecs)
    {
        string prefix = $"{RemoteConfiguration.Section}.{_remoteName}.";

        // A relative folder would mean another one from inside of the clone.
        UnfinishedClone.Note(document, _options, _remoteName);
        Set("url", _address.Kind == RemoteKind.Folder ? _address.Path : _options.Address);
        foreach (string refspec in _options.IsBare ? [] : refspecs)
            document.Add(ConfigKey.Parse(prefix + "fetch"), refspec);
        if (!_options.WithoutContent)
            return;
        Set("promisor", "true");
        Set("partialclonefilter", "content");
        document.Set(ConfigKey.Parse("extensions.partialClone"), _remoteName);

        void Set(string key, string value) => document.Set(ConfigKey.Parse(prefix + key), value);
    }

    private CloneOutcome SetHead(Repository repository, RemoteListing listing, RemoteRef? start, FetchOutcome fetch, string reason,
        CancellationToken cancellation)
    {
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        RefName? branch = start is null ? listing.HeadTarget : start.Name.IsBranch ? start.Name : null;
        ObjectId? head = start is null ? listing.HeadTarget is null ? listing.HeadId : null : start.Peeled ?? start.Id;
        if (branch is { IsBranch: true, IsBranchHead: false })
        {
            if (head is { } tip && repository.Refs.Resolve(branch) is null)
                transaction.Update(branch, default(ObjectId), tip, reason);
            transaction.AttachHead(branch, reason);
            if (!_options.IsBare)
                transaction.Configure(document => Upstreams.Write(document, branch, _remoteName, branch));
        }
        else if (head is { } id)
        {
            (branch, head) = (null, repository.Revisions.ResolveCommit(id.ToString()).Value);
            transaction.DetachHead(head.Value, reason);
        }

        transaction.Configure(UnfinishedClone.Forget);
        transaction.Commit();
        int hook = head is null || _options.IsBare ? 0 : repository.Hooks.PostCheckout(null, head, cancellation: cancellation);
        return new CloneOutcome(repository.Folder, branch, head, fetch, hook);
    }

    private void Remove(bool wasThere)
    {
        try
        {
            if (!wasThere && Directory.Exists(Folder))
                HostFiles.DeleteFolder(Folder, recursive: true);
            else if (wasThere && _options.IsBare)
                new DirectoryInfo(Folder).EnumerateFileSystemInfos().ToList().ForEach(Delete);
            else if (wasThere && new DirectoryInfo(Path.Combine(Folder, Repository.FolderName)) is { Exists: true } made)
                Delete(made);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why the clone failed says more.
        }

        static void Delete(FileSystemInfo entry)
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                HostFiles.DeleteFolder(folder.FullName, recursive: true);
            else
                HostFiles.Delete(entry.FullName);
        }
    }
}
