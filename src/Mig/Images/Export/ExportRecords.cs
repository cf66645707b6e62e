using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Trust;

namespace Mig.Images.Export;

/// <summary>
/// Remembers which disks stand in which files: <c>cache/exports/HASH</c>, where HASH is the SHA-256 of the file's absolute path. Fields in
/// UTF-8, each ended by a NUL: the layout or <c>-</c>, the disk's length, the container, then for each file its path and the five numbers
/// of its state. A cache: without it a file is read.
/// </summary>
internal static class ExportRecords
{
    private const string Folder = "exports";
    private const int MaxRecords = 1024;
    private const int MaxSize = 1 << 20;
    private const int FileFieldCount = 6;

    // File systems give times in ticks of the kernel, 10 ms at the most: a change in the same tick would not be seen.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns what is known of a file that nobody wrote to since; null when that is nothing.</summary>
    public static ExportRecord? Find(string repositoryFolder, string path) =>
        SealedFile.Read(repositoryFolder, NameOf(path), MaxSize) is { } bytes && Parse(bytes) is { IsCurrent: true } record
            && record.Files[0].Path == Path.GetFullPath(path) ? record : null;

    /// <summary>
    /// Writes down what is in a file, where the repository can be written and nobody writes to the file at this moment; forgets the oldest.
    /// </summary>
    public static void Write(string repositoryFolder, LayoutId? layout, long length, string format, IReadOnlyList<string> files)
    {
        if (ExportRecord.Stamp(files) is not { } stamps)
            return;
        Thread.Sleep(Tick);
        var record = new ExportRecord(layout, length, format, stamps);
        if (record.IsCurrent)
            WriteFile(repositoryFolder, record);
    }

    private static ExportRecord? Parse(byte[] bytes)
    {
        // What has its seal was written by this class.
        string[] fields = Encoding.UTF8.GetString(bytes).Split('\0')[..^1];
        if (fields.Length < 3 + FileFieldCount || (fields.Length - 3) % FileFieldCount != 0)
            return null;
        var files = new List<(string, FileStamp)>();
        for (int i = 3; i < fields.Length; i += FileFieldCount)
            files.Add((fields[i], new FileStamp(Number(fields[i + 1]), Number(fields[i + 2]), Number(fields[i + 3]),
                (ulong)Number(fields[i + 4]), (ulong)Number(fields[i + 5]))));
        return new ExportRecord(ObjectId.TryParse(fields[0], out ObjectId id) ? new LayoutId(id) : null, Number(fields[1]), fields[2],
            files);
    }

    private static void WriteFile(string repositoryFolder, ExportRecord record)
    {
        IEnumerable<string> files = record.Files.Select(file =>
            string.Create(CultureInfo.InvariantCulture,
            $"{file.Path}\0{file.Stamp.Length}\0{file.Stamp.Modified}\0{file.Stamp.Changed}\0")
            + string.Create(CultureInfo.InvariantCulture, $"{(long)file.Stamp.Inode}\0{(long)file.Stamp.Device}\0"));
        byte[] body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{record.Layout?.ToString() ?? "-"}\0{record.Length}\0{record.Format}\0{string.Concat(files)}"));
        if (body.Length > MaxSize / 2)
            return;
        if (SealedFile.TryWrite(repositoryFolder, NameOf(record.Files[0].Path), body))
            SealedFile.RemoveOld(repositoryFolder, Folder, MaxRecords, MaxRecords);
    }

    private static long Number(string field) => long.Parse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string NameOf(string path) => $"{Folder}/{ObjectId.Of(Encoding.UTF8.GetBytes(Path.GetFullPath(path)))}";
}
