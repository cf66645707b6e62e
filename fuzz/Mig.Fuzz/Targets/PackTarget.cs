using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mig.Fuzz.Targets;

/// <summary>A pack of a store; when its checksums are repaired, the index is made to name it.</summary>
internal sealed class PackTarget : FuzzTarget
{
    private const int HeaderSize = 16, TrailerSize = 48, FrameHeaderSize = 32, HashSize = 32;
    private readonly StoreSample _store = new();

    public PackTarget() => Seeds =
        [.. _store.Files.Where(file => file.Name.EndsWith(".pack", StringComparison.Ordinal)).Select(file => file.Bytes)];

    public override string Name => "pack";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Run(byte[] input)
    {
        // The index of one pack names the other as well: replace whichever the input was made from.
        (string Name, byte[] Bytes) replaced = _store.Files.Where(file => file.Name.EndsWith(".pack", StringComparison.Ordinal))
            .MinBy(file => Math.Abs(file.Bytes.Length - input.Length));
        byte[] newId = input.Length < TrailerSize ? new byte[HashSize] : input[^HashSize..];
        var files = new List<(string, byte[])> { (Convert.ToHexStringLower(newId) + ".pack", input) };
        foreach ((string name, byte[] bytes) in _store.Files.Where(file => file.Name != replaced.Name))
        {
            if (!name.EndsWith(".idx", StringComparison.Ordinal))
            {
                files.Add((name, bytes));
                continue;
            }

            byte[] index = [.. bytes];
            int at = index.AsSpan().IndexOf(Convert.FromHexString(replaced.Name[..^5]));
            newId.CopyTo(index, at);
            BinaryPrimitives.WriteInt64LittleEndian(index.AsSpan(at + HashSize), input.Length);
            SHA256.HashData(index.AsSpan(0, index.Length - HashSize), index.AsSpan(index.Length - HashSize));
            files.Add((Convert.ToHexStringLower(index.AsSpan(index.Length - HashSize)) + ".idx", index));
        }

        _store.Read(files);
    }

    public override void Repair(byte[] input)
    {
        using var headers = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int end = input.Length - TrailerSize, count = 0;
        for (int at = HeaderSize; at + FrameHeaderSize <= end; count++)
        {
            Span<byte> header = input.AsSpan(at, FrameHeaderSize);
            long length = (long)BinaryPrimitives.ReadUInt32LittleEndian(header[8..])
                + BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
            if (at + FrameHeaderSize + length <= end)
                BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Checksums.Crc32C(input.AsSpan(at + FrameHeaderSize, (int)length)));
            BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Checksums.Crc32C(header[..28]));
            headers.AppendData(header);
            if (at + FrameHeaderSize + length > end)
                break;
            at += FrameHeaderSize + (int)length;
        }

        if (end < HeaderSize)
            return;
        BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(end + 8), count);
        headers.GetHashAndReset(input.AsSpan(end + 16));
    }

    public override void Dispose()
    {
        _store.Dispose();
        base.Dispose();
    }
}
