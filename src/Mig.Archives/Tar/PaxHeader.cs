using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// What pax extended headers say of the next member: <c>length key=value\n</c> (POSIX pax, "pax Extended Header"). Values are bytes: an
/// attribute's may be any.
/// </summary>
internal sealed class PaxHeader
{
    private readonly Dictionary<string, byte[]> _values = [];

    /// <summary>Extended attributes, in the order in which they stand.</summary>
    public List<ArchiveXattr> Xattrs { get; } = [];

    /// <summary>The numbers of <c>GNU.sparse.offset</c> and <c>numbytes</c>, which may stand there often.</summary>
    public List<long> SparseNumbers { get; } = [];

    /// <summary>Adds records; what stands there already gives way. An empty value takes it back.</summary>
    /// <param name="offset">Where in the archive the records are, for messages.</param>
    /// <exception cref="CorruptImageException">TAR-004.</exception>
    public void Add(ReadOnlySpan<byte> records, long offset)
    {
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space is <= 0 or > 9 || !int.TryParse(
                Encoding.ASCII.GetString(records[..space]), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > records.Length || records[length - 1] != (byte)'\n')
            {
                throw Malformed(offset, "a record's length is not that of the record");
            }

            ReadOnlySpan<byte> record = records[(space + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw Malformed(offset, "a record has no key");
            Set(record[..equals], record[(equals + 1)..], offset);
            records = records[length..];
        }
    }

    public byte[]? Bytes(string key) => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <exception cref="CorruptImageException">TAR-004: it is no decimal number.</exception>
    public long? Number(string key, long offset) => Bytes(key) is { } value ? ParseNumber(value, key, offset) : null;

    /// <summary>Reads a time: decimal, with a fraction that counts backwards before 1970.</summary>
    public Timestamp? Time(string key, long offset)
    {
        if (Bytes(key) is not { } value)
            return null;
        string text = Encoding.Latin1.GetString(value);
        bool isNegative = text.StartsWith('-');
        string[] parts = (isNegative ? text[1..] : text).Split('.');
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || (parts.Length == 2 && parts[1].AsSpan().ContainsAnyExceptInRange('0', '9')))
            throw Malformed(offset, $"{key} is '{text}', a decimal time needed");
        int nanoseconds = parts.Length == 1 ? 0
            : int.Parse(parts[1].PadRight(9, '0').AsSpan(0, 9), NumberStyles.None, CultureInfo.InvariantCulture);
        if (!isNegative)
            return new Timestamp(seconds, nanoseconds);
        return nanoseconds == 0 ? new Timestamp(-seconds, 0) : new Timestamp(-seconds - 1, 1_000_000_000 - nanoseconds);
    }

    public static long ParseNumber(ReadOnlySpan<byte> value, string key, long offset) =>
        long.TryParse(Encoding.Latin1.GetString(value), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Malformed(offset, $"{key} is '{Encoding.Latin1.GetString(value)}', a decimal number needed");

    private void Set(ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> value, long offset)
    {
        string key = Encoding.Latin1.GetString(keyBytes);
        if (key.StartsWith(PaxKey.XattrPrefix, StringComparison.Ordinal))
        {
            byte[] name = keyBytes[PaxKey.XattrPrefix.Length..].ToArray();
            Xattrs.RemoveAll(xattr => xattr.Name.Span.SequenceEqual(name));
            Xattrs.Add(new ArchiveXattr(name, value.ToArray()));
        }
        else if (key is PaxKey.SparseOffset or PaxKey.SparseBytes)
        {
            SparseNumbers.Add(ParseNumber(value, key, offset));
        }
        else
        {
            _values[key] = value.ToArray();
        }
    }

    private static CorruptImageException Malformed(long offset, string what) => new("TAR-004", $"extended header at {offset}: {what}");
}
