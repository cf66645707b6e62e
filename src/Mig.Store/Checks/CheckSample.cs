using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Mig.Core;

namespace Mig.Store.Checks;

/// <summary>
/// The part of a store's frames whose bytes a check reads: a random one ("5%"), or one of N that together are all ("3/10"), so that N
/// checks on N days have read everything that was there all the time.
/// </summary>
public sealed class CheckSample
{
    // A part in two to the 32 of all frames each.
    private readonly ulong _from;
    private readonly ulong _to;
    private readonly long _seed;

    private CheckSample(ulong from, ulong to, long seed) => (_from, _to, _seed) = (from, to, seed);

    /// <summary>Reads "5%", "0.5%" or "3/10".</summary>
    /// <exception cref="UsageException">It is neither, or no part of a whole.</exception>
    public static CheckSample Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const ulong All = 1UL << 32;
        if (text.EndsWith('%') && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double share)
            && share is > 0 and <= 100)
            return new CheckSample(0, Math.Max(1, (ulong)(All * (share / 100))),
                BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long))));
        if (text.Split('/') is [var part, var count] && IsNumber(part, out uint number) && IsNumber(count, out uint parts)
            && number > 0 && number <= parts)
            return new CheckSample(All * (number - 1) / parts, All * number / parts, 0);
        throw new UsageException($"'{text}' is no part to check: say a share, such as 5%, or one of N parts, such as 3/10");
    }

    /// <summary>Whether a frame belongs to the part.</summary>
    public bool Has(in ObjectId pack, long offset)
    {
        Span<byte> name = stackalloc byte[ObjectId.Size + (2 * sizeof(long))];
        pack.CopyTo(name);
        BinaryPrimitives.WriteInt64LittleEndian(name[ObjectId.Size..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(name[(ObjectId.Size + sizeof(long))..], _seed);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        ulong place = BinaryPrimitives.ReadUInt32LittleEndian(hash);
        return place >= _from && place < _to;
    }

    private static bool IsNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 1_000_000;
}
