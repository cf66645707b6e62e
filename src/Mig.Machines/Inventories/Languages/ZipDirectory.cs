using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// Reads chosen members of a ZIP archive that lies in memory, also behind a program. Source: PKWARE APPNOTE.TXT; without ZIP64, which no
/// archive below 4 GiB needs. What breaks the format ends the reading.
/// </summary>
internal static class ZipDirectory
{
    private const int EndSize = 22;
    private const int MaxCommentSize = 1 << 16;
    private const int EntrySize = 46;
    private const int LocalSize = 30;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;

    /// <summary>Returns the members that are wanted, in the order of the archive.</summary>
    /// <param name="isWanted">Tells by its name if a member is wanted.</param>
    /// <param name="maxSize">Most bytes of a member; larger ones are left out.</param>
    public static List<(string Name, byte[] Content)> Read(byte[] archive, Func<string, bool> isWanted, int maxSize)
    {
        var members = new List<(string, byte[])>();
        int end = archive.AsSpan(Math.Max(0, archive.Length - EndSize - MaxCommentSize)).LastIndexOf("PK\u0005\u0006"u8);
        end += Math.Max(0, archive.Length - EndSize - MaxCommentSize);
        if (end < 0 || end > archive.Length - EndSize || !archive.AsSpan(end).StartsWith("PK\u0005\u0006"u8))
            return members;
        int count = U16(archive, end + 10);
        long budget = 4L * maxSize, start = FindStart(archive, end), at = start + U32(archive, end + 16);
        for (int i = 0; i < count && at <= archive.Length - EntrySize && U32(archive, (int)at) == EntrySignature; i++)
        {
            int entry = (int)at;
            int nameLength = U16(archive, entry + 28);
            at += EntrySize + nameLength + U16(archive, entry + 30) + U16(archive, entry + 32);
            if (at > archive.Length)
                break;
            string name = Encoding.UTF8.GetString(archive, entry + EntrySize, nameLength);
            long size = U32(archive, entry + 24);
            if (size > maxSize || size > budget || !isWanted(name) || Content(archive, start, entry, (int)size) is not { } content)
                continue;
            budget -= size;
            members.Add((name, content));
        }

        return members;
    }

    // A program may stand before the archive, such as a script that starts it; then the offsets may count from the archive's own begin.
    private static long FindStart(byte[] archive, int end)
    {
        long offset = U32(archive, end + 16), start = end - U32(archive, end + 12) - offset;
        return start > 0 && start + offset <= archive.Length - EntrySize && U32(archive, (int)(start + offset)) == EntrySignature ? start
            : 0;
    }

    private static byte[]? Content(byte[] archive, long archiveStart, int entry, int size)
    {
        long local = archiveStart + U32(archive, entry + 42), stored = U32(archive, entry + 20);
        if (local > archive.Length - LocalSize || U32(archive, (int)local) != LocalSignature)
            return null;
        long start = local + LocalSize + U16(archive, (int)local + 26) + U16(archive, (int)local + 28);
        if (start + stored > archive.Length)
            return null;
        int method = U16(archive, entry + 10);
        byte[] content = new byte[size];
        using Stream stream = new MemoryStream(archive, (int)start, (int)stored, writable: false);
        try
        {
            using Stream source = method == 8 ? new DeflateStream(stream, CompressionMode.Decompress) : stream;
            return method is 0 or 8 && source.ReadAtLeast(content, size, throwOnEndOfStream: false) == size ? content : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static int U16(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));

    private static uint U32(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
}
