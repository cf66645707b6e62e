namespace Mig.FileSystems.Ext;

/// <summary>A block of the file system whose newest copy waits in the journal.</summary>
/// <param name="Block">The block that is replaced.</param>
/// <param name="CopyOffset">Where its copy stands on the volume, in bytes.</param>
/// <param name="IsEscaped">Whether the copy's first four bytes, the journal's magic number, were zeroed so that the copy is not taken for a
/// header.</param>
internal readonly record struct JournalledBlock(long Block, long CopyOffset, bool IsEscaped)
{
    private static ReadOnlySpan<byte> Magic => [0xC0, 0x3B, 0x39, 0x98];

    /// <summary>Puts the magic number back into a part of the copy that begins at byte <paramref name="from"/> of the block.</summary>
    public void Unescape(int from, Span<byte> part)
    {
        if (!IsEscaped)
            return;
        for (int i = from; i < Magic.Length && i - from < part.Length; i++)
            part[i - from] = Magic[i];
    }
}
