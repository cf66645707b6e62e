namespace Mig.Core.Host;

/// <summary>
/// What is done with the names of a repository's files, and with whole small files. Each step can be made to fail by a
/// <see cref="FileFault"/>.
/// </summary>
public static class HostFiles
{
    /// <summary>Tells whether there was no space left: of the file system, or of the user's share of it.</summary>
    public static bool IsFull(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e is IOException && e.HResult is Errno.NoSpace or Errno.QuotaUsedUp;
    }

    /// <summary>Reads a whole file, whoever has locked it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Most bytes to read; more of them are left out, so ask for one more than is allowed.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static byte[] ReadAllBytes(string path, long limit = int.MaxValue)
    {
        using HostFile file = HostFile.OpenRead(path);
        byte[] bytes = new byte[Math.Min(file.Length, limit)];
        int length = file.Read(bytes, 0);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Writes a file that need not outlive a crash; what it held is gone.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        Delete(path);
        using HostFile file = HostFile.CreateNew(path);
        file.Write(bytes, 0);
    }

    /// <summary>Gives a file another name, in place of whatever file had that.</summary>
    public static void Move(string from, string to)
    {
        FileFault.Check(FileStep.Rename, to);
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Gives a folder another name, which nothing has.</summary>
    public static void MoveFolder(string from, string to)
    {
        FileFault.Check(FileStep.Rename, to);
        Directory.Move(from, to);
    }

    /// <summary>Deletes a file if there is one.</summary>
    public static void Delete(string path)
    {
        FileFault.Check(FileStep.Delete, path);
        File.Delete(path);
    }

    /// <summary>Makes a folder and those above it, where they are missing.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        FileFault.Check(FileStep.CreateFolder, path);
        Directory.CreateDirectory(path);
    }

    /// <summary>Deletes a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recursive">Whether all that is in it goes as well; an empty one is needed otherwise.</param>
    public static void DeleteFolder(string path, bool recursive = false)
    {
        FileFault.Check(FileStep.DeleteFolder, path);
        Directory.Delete(path, recursive);
    }

    /// <summary>Makes the names in a folder durable: a new name is safe only after this.</summary>
    public static void SyncFolder(string path)
    {
        FileFault.Check(FileStep.SyncFolder, path);
        LibC.SyncDirectory(path);
    }

    /// <summary>
    /// Makes everything durable that was written to the file system of a folder: for many small files, far cheaper than one after another.
    /// </summary>
    public static void SyncFileSystem(string path)
    {
        FileFault.Check(FileStep.Sync, path);
        LibC.SyncFileSystem(path);
    }

    /// <summary>
    /// Deletes all but the newest files of a folder of caches, which are named after ids. What is not is not ours, and stays.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="kept">How many are left when there are more; null for as many as there may be.</param>
    public static void KeepNewest(string folder, int most, int? kept = null)
    {
        FileInfo[] own = [.. new DirectoryInfo(folder).EnumerateFiles().Where(file => ObjectId.TryParse(file.Name, out _))];
        if (own.Length <= most)
            return;
        foreach (FileInfo old in own.OrderByDescending(file => file.LastWriteTimeUtc).Skip(kept ?? most))
            Delete(old.FullName);
    }

    /// <summary>Returns the files in a folder, in no order, whole paths.</summary>
    public static IEnumerable<string> List(string folder)
    {
        FileFault.Check(FileStep.List, folder);
        return Directory.EnumerateFiles(folder);
    }

    /// <summary>Returns what is in a folder, folders too, in no order, whole paths.</summary>
    public static IEnumerable<string> ListAll(string folder)
    {
        FileFault.Check(FileStep.List, folder);
        return Directory.EnumerateFileSystemEntries(folder);
    }
}
