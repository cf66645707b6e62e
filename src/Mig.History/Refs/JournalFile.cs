using Mig.Core;
using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>
/// The file that holds an update from the moment at which it takes effect until all other files say the same (docs/decisions/0022-refs.md).
/// </summary>
/// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
internal sealed class JournalFile(string repositoryFolder)
{
    private const int MaxBytes = 0x7FFF_0000;

    // Whoever looks for one ref after another need not take a large update apart each time: its last bytes name it.
    private const int MinKept = 64 << 10;

    private readonly RefFiles _files = new(repositoryFolder, new PackedFile(repositoryFolder));
    private volatile Kept? _kept;

    private string Path => System.IO.Path.Combine(_files.Folder, RefJournal.FileName);

    /// <summary>Tells whether there is one, whole or not.</summary>
    public bool Exists => _files.IsOwnFile(RefJournal.FileName);

    /// <summary>Reads the update that holds; null when there is none. Needs no lock.</summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-016.</exception>
    public RefJournal? Read()
    {
        if (!Exists)
            return null;
        try
        {
            using HostFile file = HostFile.OpenRead(Path);
            return Read(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // done since we looked
        }
    }

    /// <summary>Makes an update take effect: before, nothing has changed; afterwards, it is durable. The caller has the lock.</summary>
    /// <exception cref="IOException">It has not taken effect.</exception>
    public void Publish(RefJournal journal, string temporary)
    {
        // Who may not read the configuration may not read it here, either.
        string configuration = System.IO.Path.Combine(_files.Folder, RefJournal.ConfigPath);
        bool isGuarded = journal.Find(RefJournal.ConfigPath) is not null && File.Exists(configuration);
        DurableFile.WriteNew(temporary, journal.Encode(), isGuarded);
        if (!OperatingSystem.IsWindows() && isGuarded)
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(configuration));
        try
        {
            DurableFile.Publish(temporary, Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Renamed, perhaps, and not durable: nobody has acted on it yet.
            HostFiles.Delete(Path);
            throw;
        }
    }

    /// <summary>
    /// Ends an update. Durably, so that it does not come back after a power cut, when something else than an update of refs may change its
    /// files.
    /// </summary>
    public void Remove(bool durably)
    {
        HostFiles.Delete(Path);
        if (durably)
            HostFiles.SyncFolder(_files.Folder);
    }

    private RefJournal? Read(HostFile file)
    {
        long length = file.Length;
        if (length > MaxBytes)
            throw new CorruptStoreException("HIST-016", $"{Path} is larger than {MaxBytes} bytes; remove it");
        if (_kept is { } kept && kept.Length == length)
        {
            byte[] end = new byte[ObjectId.Size];
            if (file.Read(end, length - end.Length) == end.Length && kept.End.AsSpan().SequenceEqual(end))
                return kept.Journal;
        }

        byte[] bytes = new byte[length];
        int read = file.Read(bytes, 0);
        if (!RefJournal.TryDecode(bytes.AsSpan(0, read), out RefJournal? journal))
            return null;
        if (length >= MinKept)
            _kept = new Kept(length, bytes[^ObjectId.Size..], journal);
        return journal;
    }

    private sealed record Kept(long Length, byte[] End, RefJournal Journal);
}
