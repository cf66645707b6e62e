using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Store;

namespace Mig.Purging;

/// <summary>The file that says which new id stands for which old one, a line each: kind, old, new. It stays in the repository, so that whoever has an old id can find the version.</summary>
internal static class PurgeMap
{
    private const string FolderName = "purged";

    /// <summary>Writes a map, durably.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string repositoryFolder, IReadOnlyList<(ObjectKind Kind, ObjectId Before, ObjectId After)> changed)
    {
        string folder = Path.Combine(repositoryFolder, FolderName);
        Directory.CreateDirectory(folder);
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(changed.Select(change => string.Create(CultureInfo.InvariantCulture, $"{ObjectHeader.NameOf(change.Kind)} {change.Before} {change.After}\n"))));

        // The name says what the map holds, so the same purge, tried again, writes the same file.
        string path = Path.Combine(folder, ObjectId.Of(text).ToString()[..16] + ".map");
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            file.Write(text);
            file.Flush();
            LibC.Sync(file.SafeFileHandle);
        }

        File.Move(temporary, path, overwrite: true);
        LibC.SyncDirectory(folder);
        return path;
    }
}
