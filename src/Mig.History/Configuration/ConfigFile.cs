using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Store.Locks;

namespace Mig.History.Configuration;

/// <summary>A configuration file. Reading takes no lock; changes are written beside it and renamed over it.</summary>
/// <param name="path">The file, which need not exist.</param>
/// <param name="scope">Whose settings it holds.</param>
public sealed class ConfigFile(string path, ConfigScope scope)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const int MaxBytes = 16 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public ConfigScope Scope { get; } = scope;

    /// <summary>Reads the file; a missing one is empty.</summary>
    /// <param name="anyEncoding">Whether bytes that are not UTF-8 are read as something rather than refused; for files that mig does not
    /// own.</param>
    /// <exception cref="CorruptStoreException">HIST-020: the repository's configuration is malformed.</exception>
    /// <exception cref="UsageException">Another configuration is malformed.</exception>
    public ConfigDocument Read(bool anyEncoding = false)
    {
        byte[] bytes;
        try
        {
            bytes = ReadBytes();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            bytes = [];
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsageException($"{Path} may not be read by this user");
        }

        if (!Utf8Text.TryDecode(bytes, out string? text))
            text = anyEncoding ? Encoding.Latin1.GetString(bytes) : throw Malformed(Scope, Path, "it is not UTF-8 text");
        return ConfigDocument.Parse(text, Path, Scope);
    }

    /// <summary>Tells whether others than its owner may read a file.</summary>
    public static bool IsOpenToOthers(string path) =>
        FileStatus.Of(path, followsLinks: true) is { Type: FileType.Regular } status && (status.Mode & (int)Others) != 0;

    /// <summary>
    /// Changes the file: reads it, lets <paramref name="change"/> change it, and replaces it, all under a lock. What holds a secret is for
    /// its owner alone.
    /// </summary>
    /// <returns>Whether others could read the file before and cannot now, because it holds a token or a password.</returns>
    /// <exception cref="ConflictException">Another process keeps it locked.</exception>
    /// <exception cref="UsageException">A secret would go into the settings of the machine, which everybody reads.</exception>
    public bool Update(Action<ConfigDocument> change)
    {
        ArgumentNullException.ThrowIfNull(change);

        string target = FindTarget();
        if (LibC.GetFileType(target) is not (FileType.Regular or FileType.Missing))
            throw new UsageException($"{Path} is not a file, so nothing can be set in it");
        string folder = System.IO.Path.GetDirectoryName(target)!;
        HostFiles.CreateFolder(folder);
        using FileLock gate = Lock(target);
        ConfigDocument document = Read();
        string before = document.ToString();
        bool hadSecrets = ConfigSecrets.AreIn(document);
        change(document);
        if (document.ToString() == before)
            return false;
        bool hasSecrets = ConfigSecrets.AreIn(document);
        if (hasSecrets && !hadSecrets && Scope == ConfigScope.System)
            throw new UsageException(
                $"everybody on this machine reads {Path}, so no token or password goes there; --global keeps it for you alone");

        // The mode that was there stays, without what others may do with secrets. Nobody else may read the file before that is settled.
        UnixFileMode? was = FileStatus.Of(target, followsLinks: true) is { } status ? (UnixFileMode)status.Mode : null;
        UnixFileMode? mode = !hasSecrets || Scope == ConfigScope.System ? was : (was ?? Owner) & ~Others;
        DurableFile.WriteNew(target + ".new", Utf8Text.Encode(document.ToString(), "a configuration"), isPrivate: mode is not null);
        if (!OperatingSystem.IsWindows() && mode is { } wanted && wanted != Owner)
            File.SetUnixFileMode(target + ".new", wanted);
        DurableFile.Publish(target + ".new", target);
        return was is { } old && mode is { } kept && (old & Others) != (kept & Others);
    }

    /// <summary>Keeps others from changing the file.</summary>
    internal FileLock Lock() => FileLock.Acquire(Path + ".lock", Path, Patience, remove: true);

    /// <summary>Returns what the file holds after a change; null when that is what it holds now. The caller has the lock.</summary>
    internal byte[]? Change(Action<ConfigDocument> change)
    {
        ConfigDocument document = Read();
        string before = document.ToString();
        change(document);
        return document.ToString() == before ? null : Utf8Text.Encode(document.ToString(), "a configuration");
    }

    internal static MigException Malformed(ConfigScope scope, string source, string detail) => scope == ConfigScope.Repository
        ? new CorruptStoreException("HIST-020", $"{source}: {detail}; correct it with an editor")
        : new UsageException($"{source}: {detail}; correct it with an editor");

    // What a killed command was about to write comes first, else it would overwrite what is written now.
    private FileLock Lock(string target)
    {
        while (true)
        {
            FileLock gate = FileLock.Acquire(target + ".lock", Path, Patience, remove: true);
            if (Scope != ConfigScope.Repository || Pending() is null)
                return gate;
            gate.Dispose();
            new RefStore(System.IO.Path.GetDirectoryName(Path)!).Finish();
        }
    }

    private byte[]? Pending() => new JournalFile(System.IO.Path.GetDirectoryName(Path)!).Read()?.Find(RefJournal.ConfigPath)?.Bytes;

    // Users link their configuration into folders of dotfiles; a repository has no reason to, and may come from a stranger.
    private string FindTarget()
    {
        var file = new FileInfo(Path);
        if (file.LinkTarget is null)
            return Path;
        return Scope == ConfigScope.Repository
            ? throw Malformed(Scope, Path, "it is a symbolic link, which mig does not follow here")
            : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path;
    }

    private byte[] ReadBytes()
    {
        string target = FindTarget();
        if (Scope == ConfigScope.Repository && Pending() is { } pending)
            return pending;
        switch (LibC.GetFileType(target))
        {
            case FileType.Missing:
                return [];
            case not FileType.Regular:
                // MIG_CONFIG_GLOBAL=/dev/null means none, as in Git.
                return target == "/dev/null" ? [] : throw Malformed(Scope, Path, "it is not a file");
        }

        byte[] bytes = HostFiles.ReadAllBytes(target, MaxBytes + 1);
        return bytes.Length <= MaxBytes ? bytes : throw Malformed(Scope, Path, $"it is larger than {MaxBytes} bytes");
    }
}
