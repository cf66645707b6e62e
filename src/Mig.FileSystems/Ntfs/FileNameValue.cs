using System.Runtime.InteropServices;

namespace Mig.FileSystems.Ntfs;

/// <summary>A name of a file in a directory: the value of an attribute, and the key of a directory's index.</summary>
/// <remarks>Layout: ntfs-3g layout.h, FILE_NAME_ATTR.</remarks>
internal readonly ref struct FileNameValue
{
    private const int Size = 0x42;

    private readonly ReadOnlySpan<byte> _bytes;

    private FileNameValue(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public FileNameNamespace Namespace => (FileNameNamespace)_bytes[0x41];

    public ReadOnlySpan<char> Name => MemoryMarshal.Cast<byte, char>(_bytes.Slice(Size, 2 * _bytes[0x40]));

    /// <param name="owner">What holds it, for messages.</param>
    public static FileNameValue Parse(ReadOnlySpan<byte> bytes, string owner)
    {
        int length = bytes.Length < Size ? 0 : bytes[0x40];
        if (length == 0 || length > (bytes.Length - Size) / 2 || bytes[0x41] > (byte)FileNameNamespace.Win32AndDos)
            throw NtfsError.Corrupt("NTFS-032",
                $"{owner}: a file name of {length} characters in {bytes.Length} bytes, at least one and within them, in a known "
                + "namespace, needed");
        return new FileNameValue(bytes);
    }
}
