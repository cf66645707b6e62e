using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Export;

/// <summary>
/// Remembers which disks stand in which files: <c>cache/exports/HASH</c>, where HASH is the SHA-256 of the file's absolute path. Fields in UTF-8, each ended by a NUL: a
/// SHA-256 of all after it, the layout or <c>-</c>, the disk's length, the container, then for each file its path and the five numbers of its state. A cache: without it a file is read.
/// </summary>
internal static class ExportRecords
{
    private const int MaxRecords = 1024;
    private const int MaxSize = 1 << 20;
    private const int FileFieldCount = 6;

    // File systems give times in ticks of the kernel, 10 ms at the most: a change in the same tick would not be seen.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns what is known of a file that nobody wrote to since; null when that is nothing.</summary>
    public static ExportRecord? Find(string repositoryFolder, string path)
    {
        string name = NameOf(repositoryFolder, path);
        if (LibC.GetFileType(name) != FileType.Regular)
            return null;
        try
        {
            return Parse(HostFiles.ReadAllBytes(name, MaxSize)) is { IsCurrent: true } record && record.Files[0].Path == Path.GetFullPath(path) ? record : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes down what is in a file, where the repository can be written and nobody writes to the file at this moment; forgets the oldest.</summary>
    public static void Write(string repositoryFolder, LayoutId? layout, long length, string format, IReadOnlyList<string> files)
    {
        if (ExportRecord.Stamp(files) is not { } stamps)
            return;
        Thread.Sleep(Tick);
        var record = new ExportRecord(layout, length, format, stamps);
        if (!record.IsCurrent)
            return;
        try
        {
            WriteFile(repositoryFolder, record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the file has to be read.
        }
    }

    private static ExportRecord? Parse(byte[] bytes)
    {
        int headEnd = Array.IndexOf(bytes, (byte)0);
        if (headEnd < 0 || Encoding.UTF8.GetString(bytes, 0, headEnd) != ObjectId.Of(bytes.AsSpan(headEnd + 1)).ToString())
            return null;
        // What has its checksum was written by this class.
        string[] fields = Encoding.UTF8.GetString(bytes.AsSpan(headEnd + 1)).Split('\0')[..^1];
        if (fields.Length < 3 + FileFieldCount || (fields.Length - 3) % FileFieldCount != 0)
            return null;
        var files = new List<(string, FileStamp)>();
        for (int i = 3; i < fields.Length; i += FileFieldCount)
            files.Add((fields[i], new FileStamp(Number(fields[i + 1]), Number(fields[i + 2]), Number(fields[i + 3]), (ulong)Number(fields[i + 4]), (ulong)Number(fields[i + 5]))));
        return new ExportRecord(ObjectId.TryParse(fields[0], out ObjectId id) ? new LayoutId(id) : null, Number(fields[1]), fields[2], files);
    }

    private static void WriteFile(string repositoryFolder, ExportRecord record)
    {
        IEnumerable<string> files = record.Files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Path}\0{file.Stamp.Length}\0{file.Stamp.Modified}\0{file.Stamp.Changed}\0{(long)file.Stamp.Inode}\0{(long)file.Stamp.Device}\0"));
        byte[] body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{record.Layout?.ToString() ?? "-"}\0{record.Length}\0{record.Format}\0{string.Concat(files)}"));
        if (body.Length > MaxSize / 2)
            return;
        string path = NameOf(repositoryFolder, record.Files[0].Path);
        string folder = Path.GetDirectoryName(path)!;
        HostFiles.CreateFolder(folder);
        using (var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "export"))
        {
            file.Write([.. Encoding.ASCII.GetBytes(ObjectId.Of(body) + "\0"), .. body], 0);
            file.Publish(path);
        }

        HostFiles.KeepNewest(folder, MaxRecords);
    }

    private static long Number(string field) => long.Parse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string NameOf(string repositoryFolder, string path) =>
        Path.Combine(repositoryFolder, "cache", "exports", ObjectId.Of(Encoding.UTF8.GetBytes(Path.GetFullPath(path))).ToString());
}
