namespace Mig.Core.Tests;

/// <summary>Writes files whose zero blocks are holes.</summary>
internal static class SparseFile
{
    private const int Block = 4096;

    public static string Write(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = File.Create(path);
        file.SetLength(content.Length);
        for (int offset = 0; offset < content.Length; offset += Block)
        {
            ReadOnlySpan<byte> block = content.Slice(offset, Math.Min(Block, content.Length - offset));
            if (ZeroBytes.IsZero(block))
                continue;
            file.Position = offset;
            file.Write(block);
        }

        return path;
    }
}
