using System.Globalization;
using Mig.Care.Trust;
using Mig.Core;
using Mig.Core.Host;
using Mig.Core.Zstd;
using Mig.Exchange.Hooks;
using Mig.Exchange.Remotes;
using Mig.History.Commits;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trust;
using Mig.Images.Browse;
using Mig.Images.Sessions;
using Mig.Store;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig;

/// <summary>
/// A repository of machine images: the folder <c>.mig</c>, or a bare one. May be used from several threads; other processes may use it,
/// too.
/// </summary>
/// <remarks>
/// What goes wrong is a <see cref="MigException"/> whose message says where, what was found, and what to do; what the operating system
/// refuses comes as
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>. Whenever a member throws, or the process ends, the repository is
/// as before the call or as after it.
/// </remarks>
public sealed class Repository : IDisposable
{
    /// <summary>The name of the repository folder.</summary>
    public const string FolderName = ".mig";

    private const int FormatVersion = 1;
    private const string FormatKey = "core.formatVersion";
    private const string ExtensionsSection = "extensions";
    private const string PartialCloneExtension = "partialclone";
    private const string PackedRefsExtension = "packedrefs";
    private const string DefaultBranch = "main";
    private const long DefaultCacheLimit = 10L << 30;

    private Repository(string folder, RepositoryContext context)
    {
        // Nothing in it is read before it is known whose it is.
        RepositoryOwnership.Require(folder, context);
        OwnFiles.Check(folder);
        Folder = folder;
        Config = Config.Load(folder, context.Environment, context.ConfigOverrides);
        Context = context with
        {
            Limits = context.Limits with
            {
                MaxDirectoryEntries = Config.GetInteger("core.maxEntries", context.Limits.MaxDirectoryEntries, 1, int.MaxValue),
                MaxDecompressedBytes = Config.GetInteger("core.maxDecompressed", context.Limits.MaxDecompressedBytes, 1, long.MaxValue),
            },
        };
        CheckFormat();
        if (Config.Get("core.zstd") is { } zstd)
            ZstdLibrary.Use(zstd);
        Store = ObjectStore.Open(folder, context.Frames);
        if (PromisorRemote is { } promisor)
            Store.UsePromised(new PromisedContent(this, promisor), Path.Combine(folder, "cache", "content"),
                Config.GetInteger("core.contentCacheLimit", DefaultCacheLimit, 0, long.MaxValue));
        Refs = new RefStore(folder, objects: Store, notice: context.Notice);
        Refs.TryFinish();
        Objects = new RepositoryObjects(Store, new ShallowFile(folder));
        Revisions = new RevisionResolver(Objects, Refs, Config, context.Clock) { Warning = context.Warning };
        Walk = new CommitWalk(Objects);
        Identity = new Identity(Config, context.Environment, context.Clock);
        Hooks = new RepositoryHooks(new HookRunner(folder, Config, context), folder, context);
    }

    /// <summary>The folder that holds <c>HEAD</c>, <c>config</c>, <c>refs</c> and <c>packs</c>.</summary>
    public string Folder { get; }

    /// <summary>The world around it, with the limits that the configuration sets.</summary>
    public RepositoryContext Context { get; }

    public Config Config { get; }

    public ObjectStore Store { get; }

    /// <summary>Whether contents were left at the remote.</summary>
    public bool IsPartial => Store.IsPartial;

    public RefStore Refs { get; }

    /// <summary>Takes disks in as new versions, and lists those there are.</summary>
    public RepositoryCommits Commits => new(this);

    /// <summary>Lists, makes, renames and deletes branches.</summary>
    public BranchEditor Branches => new(this);

    /// <summary>Looks into the images of versions.</summary>
    public ImageBrowser Images => new(this);

    /// <summary>Begins, lists and ends sessions: disks of versions that are written.</summary>
    public RepositorySessions Sessions => new(this);

    /// <summary>Commits, tags and images by id.</summary>
    public RepositoryObjects Objects { get; }

    public RevisionResolver Revisions { get; }

    public CommitWalk Walk { get; }

    public Identity Identity { get; }

    /// <summary>The hooks that this side of a transfer, and work on this repository, calls.</summary>
    public RepositoryHooks Hooks { get; }

    /// <summary>How new objects are stored, as the configuration says.</summary>
    public StoreOptions StoreOptions => StoreOptions.Default with
    {
        CompressionLevel = (int)Config.GetInteger("core.compression", 3, ZstdCodec.MinLevel, ZstdCodec.MaxLevel),
        Parallelism = Context.Parallelism,
    };

    /// <summary>
    /// The remote that has the contents which this repository left out (<c>extensions.partialClone</c>); null when it has all.
    /// </summary>
    public string? PromisorRemote => Config.Get($"{ExtensionsSection}.{PartialCloneExtension}") is { Length: > 0 } name ? name : null;

    /// <summary>Whether the folder is the repository itself, with no folder around it to work in.</summary>
    public bool IsBare => Config.GetBoolean("core.bare", false);

    /// <summary>Makes an empty repository; one that is there already stays as it is.</summary>
    /// <param name="directory">Gets a folder <c>.mig</c>; is the repository itself when bare. Folders that are missing on the way are
    /// made.</param>
    /// <param name="isBare">Whether the repository has no folder around it to work in, as one that is only pushed to.</param>
    /// <param name="context">The world around it; null for that of this process.</param>
    /// <returns>The repository's folder, and whether it is new.</returns>
    /// <exception cref="ConflictException">A file has the name that the repository's folder needs.</exception>
    public static (string Folder, bool IsNew) Initialize(string directory, bool isBare = false, RepositoryContext? context = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        context ??= RepositoryContext.Default;
        string folder = Path.GetFullPath(isBare ? directory : Path.Combine(directory, FolderName));
        if (!isBare)
            OwnFiles.CheckFolder(folder);
        if (RepositoryFinder.IsRepository(folder))
            return (folder, false);
        if (File.Exists(folder))
            throw new ConflictException($"{folder} is a file; a repository needs a folder of that name");
        string branch = Config.Load(null, context.Environment, context.ConfigOverrides).Get("init.defaultBranch") ?? DefaultBranch;
        string? top = folder;
        while (top is not null && !Directory.Exists(top))
            top = Path.GetDirectoryName(top);
        HostFiles.CreateFolder(folder);
        ObjectStore.Create(folder);
        HookSamples.Install(Path.Combine(folder, "hooks"));
        Config.RepositoryFile(folder).Update(document =>
        {
            document.Set(ConfigKey.Parse(FormatKey), FormatVersion.ToString(CultureInfo.InvariantCulture));
            document.Set(ConfigKey.Parse("core.bare"), isBare ? "true" : "false");
        });

        // HEAD comes last: only what has it is a repository.
        SyncFolders(folder, top!);
        RefStore.Initialize(folder, RefName.Branch(branch));
        return (folder, true);
    }

    /// <summary>
    /// Makes an empty repository where <see cref="Open"/> would look for one: the folder itself, or the <c>.mig</c> in it that is there
    /// already.
    /// </summary>
    /// <inheritdoc cref="Initialize"/>
    public static (string Folder, bool IsNew) InitializeAt(string directory, RepositoryContext context)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (RepositoryFinder.IsRepository(Path.Combine(full, FolderName)))
            return (Path.Combine(full, FolderName), false);
        return Path.GetFileName(full) == FolderName ? Initialize(Path.GetDirectoryName(full)!, isBare: false, context)
            : Initialize(full, isBare: true, context);
    }

    // The folders of a new repository, and those that were made for it, up to the one that was there before.
    private static void SyncFolders(string folder, string top)
    {
        foreach (string made in Directory.EnumerateDirectories(folder))
            HostFiles.SyncFolder(made);
        for (string? above = folder; above is not null && above.Length >= top.Length; above = Path.GetDirectoryName(above))
            HostFiles.SyncFolder(above);
    }

    /// <summary>Opens the repository in a folder: the folder itself, or the <c>.mig</c> in it. Dispose it to close its files.</summary>
    /// <param name="directory">The folder; <c>.</c> is the current one.</param>
    /// <param name="context">The world around it; null for that of this process.</param>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="UntrustedRepositoryException">It is another user's, and <c>safe.directory</c> does not name it.</exception>
    /// <exception cref="CorruptStoreException">REPO-002: something in it is a link, or neither a file nor a folder.</exception>
    /// <exception cref="UnsupportedFeatureException">Its format is newer than this mig, or an extension is unknown.</exception>
    public static Repository Open(string directory, RepositoryContext? context = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return new Repository(RepositoryFinder.Open(directory), context ?? RepositoryContext.Default);
    }

    /// <summary>Opens the repository of a working directory: <c>MIG_DIR</c>, else the nearest one upwards.</summary>
    /// <inheritdoc cref="Open"/>
    public static Repository Discover(string start, RepositoryContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Environment("MIG_DIR") is { Length: > 0 } named
            ? Open(Path.Combine(start, named), context)
            : new Repository(RepositoryFinder.Find(start, context), context);
    }

    /// <summary>Closes its files; nothing is waiting to be written.</summary>
    public void Dispose() => Store.Dispose();

    private void CheckFormat()
    {
        long version = Config.GetInteger(FormatKey, 0);
        if (version != FormatVersion)
        {
            throw version > FormatVersion
                ? new UnsupportedFeatureException(
                    $"repository format {version}", $"{Folder} needs a newer mig; this one knows format {FormatVersion}")
                : new CorruptStoreException("REPO-001", $"{Folder}/config says core.formatVersion = {version}; {FormatVersion} is needed");
        }

        foreach (ConfigEntry entry in Config.Entries)
        {
            if (entry.Key.Section == ExtensionsSection
                && entry.Key is not { Subsection: null, Name: PartialCloneExtension or PackedRefsExtension })
                throw new UnsupportedFeatureException(
                    $"extension {entry.Key.Name}", $"{Folder} uses it, and this mig does not know it; a newer one may");
        }
    }
}
