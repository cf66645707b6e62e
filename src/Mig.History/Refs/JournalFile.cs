using Mig.Core;
using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>The file that holds an update from the moment at which it takes effect until all other files say the same (docs/decisions/0022-refs.md).</summary>
/// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
internal sealed class JournalFile(string repositoryFolder)
{
    private const int MaxBytes = 0x7FFF_0000;

    private readonly RefFiles _files = new(repositoryFolder);

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
            if (new FileInfo(Path).Length > MaxBytes)
                throw new CorruptStoreException("HIST-016", $"{Path} is larger than {MaxBytes} bytes; remove it");
            return RefJournal.TryDecode(HostFiles.ReadAllBytes(Path), out RefJournal? journal) ? journal : null;
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

    /// <summary>Ends an update. Durably, so that it does not come back after a power cut, when something else than an update of refs may change its files.</summary>
    public void Remove(bool durably)
    {
        HostFiles.Delete(Path);
        if (durably)
            HostFiles.SyncFolder(_files.Folder);
    }
}
