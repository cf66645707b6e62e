using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Edits.Purging;

/// <summary>
/// The file that says, by hashes alone, which contents a purge was after, from before it deletes anything until it has proved that they are
/// gone: a purge that was killed in between may leave nothing else that tells (docs/format.md, "Purges").
/// </summary>
internal sealed class PendingPurge
{
    private const string FileName = "pending";
    private const int MaxBytes = 64 << 20;

    private readonly string _path;

    private PendingPurge(string path) => _path = path;

    /// <summary>SHA-256 of the contents.</summary>
    public HashSet<ObjectId> Contents { get; } = [];

    /// <summary>Their beginnings.</summary>
    public HashSet<SecretHead> Heads { get; } = [];

    /// <summary>Reads what earlier purges left unproved.</summary>
    /// <exception cref="CorruptStoreException">PURGE-001.</exception>
    public static PendingPurge Open(string repositoryFolder)
    {
        var pending = new PendingPurge(Path.Combine(repositoryFolder, PurgeMap.FolderName, FileName));
        if (LibC.GetFileType(pending._path) == FileType.Missing)
            return pending;
        if (LibC.GetFileType(pending._path) != FileType.Regular || new FileInfo(pending._path) is { LinkTarget: not null }
            or { Length: > MaxBytes })
            throw Damaged(pending._path, "is a link, no file, or too large");
        foreach (string line in Encoding.UTF8.GetString(HostFiles.ReadAllBytes(pending._path))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            if (parts is ["content", _] && ObjectId.TryParse(parts[1], out ObjectId content))
                pending.Contents.Add(content);
            else if (parts is ["head", _, _, _]
                && uint.TryParse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint key)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                    && length is >= SecretHead.KeySize and <= SecretHead.MaxLength
                && ObjectId.TryParse(parts[3], out ObjectId sha256))
                pending.Heads.Add(new SecretHead(key, length, sha256));
            else
                throw Damaged(
                    pending._path, $"has a line of {line.Length} characters that is neither 'content SHA256' nor 'head KEY LENGTH SHA256'");
        }

        return pending;
    }

    /// <summary>Writes it, durably.</summary>
    public void Save()
    {
        if (Contents.Count == 0 && Heads.Count == 0)
            return;
        var text = new StringBuilder();
        foreach (ObjectId content in Contents.Order())
            text.Append(CultureInfo.InvariantCulture, $"content {content}\n");
        foreach (SecretHead head in Heads.OrderBy(head => head.Sha256))
            text.Append(CultureInfo.InvariantCulture, $"head {head.Key:x8} {head.Length} {head.Sha256}\n");
        PurgeMap.WriteFile(_path, Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>Forgets it.</summary>
    public void Delete()
    {
        if (LibC.GetFileType(_path) == FileType.Missing)
            return;
        HostFiles.Delete(_path);
        HostFiles.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    private static CorruptStoreException Damaged(string path, string found) =>
        new("PURGE-001", $"{path} {found}; remove it, and purge again what was being purged");
}
