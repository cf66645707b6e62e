using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>
/// The file that says which new id stands for which old one, a line each: kind, old, new. It stays in the repository, so that whoever has
/// an old id can find the version.
/// </summary>
internal static class PurgeMap
{
    public const string FolderName = "purged";

    /// <summary>Writes a map, durably.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string repositoryFolder, IReadOnlyList<(ObjectKind Kind, ObjectId Before, ObjectId After)> changed)
    {
        byte[] text = Encoding.ASCII.GetBytes(
            string.Concat(changed.Select(change =>
            string.Create(CultureInfo.InvariantCulture, $"{ObjectHeader.NameOf(change.Kind)} {change.Before} {change.After}\n"))));

        // The name says what the map holds, so the same purge, tried again, writes the same file.
        string path = Path.Combine(repositoryFolder, FolderName, ObjectId.Of(text).ToString()[..16] + ".map");
        WriteFile(path, text);
        return path;
    }

    /// <summary>Writes a file of the folder, durably.</summary>
    public static void WriteFile(string path, ReadOnlySpan<byte> text)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            HostFiles.CreateFolder(folder);
            HostFiles.SyncFolder(Path.GetDirectoryName(folder)!);
        }

        using var file = new TemporaryFile(Path.Combine(Path.GetDirectoryName(folder)!, ObjectStore.TemporaryFolder), "purged");
        file.Write(text, 0);
        file.Flush();
        file.Publish(path);
        HostFiles.SyncFolder(folder);
    }
}
