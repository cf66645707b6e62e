using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>Many refs in one file, sorted by the bytes of their names. Never changed; for any number of threads.</summary>
/// <remarks>
/// What is said of the file as a whole is checked as it is parsed, a name when it is handed out: whoever looks for one of 100,000 refs does
/// not pay for the others.
/// </remarks>
// Layout: docs/format.md, "Packed refs".
internal sealed class PackedRefs
{
    public const string FileName = "packed-refs";

    /// <summary>Some two million refs.</summary>
    public const int MaxBytes = 256 << 20;

    /// <summary>Bytes of the last line: it names all that stands before.</summary>
    public const int TrailerSize = 9 + IdDigits + 1;

    private const int IdDigits = 2 * ObjectId.Size;
    private const int NameStart = IdDigits + 1;

    private readonly byte[] _bytes;
    private readonly int[] _starts; // of each line, and of the trailer

    private PackedRefs(byte[] bytes, int[] starts) => (_bytes, _starts) = (bytes, starts);

    public static PackedRefs Empty { get; } = new([], [0]);

    public int Count => _starts.Length - 1;

    /// <summary>Whether there is a file, though it may hold no refs.</summary>
    public bool Exists => _bytes.Length > 0;

    /// <summary>The last line of the file.</summary>
    public ReadOnlySpan<byte> Trailer => _bytes.AsSpan(_starts[^1]);

    /// <summary>The whole file; it is not to be changed.</summary>
    public byte[] Bytes => _bytes;

    private static ReadOnlySpan<byte> Header => "# mig packed-refs 1\n"u8;

    private static ReadOnlySpan<byte> TrailerMark => "# sha256 "u8;

    /// <exception cref="CorruptStoreException">HIST-018.</exception>
    public static PackedRefs Parse(byte[] bytes)
    {
        if (bytes.Length < Header.Length + TrailerSize)
            throw Damaged($"has {bytes.Length} bytes, at least {Header.Length + TrailerSize} needed");
        if (!bytes.AsSpan().StartsWith(Header))
            throw Damaged($"begins with {Utf8Text.Quote(bytes.AsSpan(0, Header.Length))}, needed {Utf8Text.Quote(Header)}");
        int end = bytes.Length - TrailerSize;
        ReadOnlySpan<byte> trailer = bytes.AsSpan(end);
        if (!trailer.SequenceEqual(MakeTrailer(bytes.AsSpan(0, end))))
            throw Damaged("does not end with the SHA-256 of what stands before");
        var starts = new List<int>((end / (IdDigits + 16)) + 1);
        ReadOnlySpan<byte> before = default;
        for (int at = Header.Length; at < end;)
        {
            int length = bytes.AsSpan(at, end - at).IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = bytes.AsSpan(at, Math.Max(length, 0));
            if (line.Length <= NameStart || line[IdDigits] != ' ' || !TryParseId(line, out ObjectId id) || id.IsNull || !line[NameStart..]
                .StartsWith("refs/"u8))
                throw Damaged(
                    $"has at byte {at} {Utf8Text.Quote(line[..Math.Min(line.Length, IdDigits + 32)])}, needed 64 hexadecimal digits, a "
                    + "blank and a name below refs/");
            ReadOnlySpan<byte> name = line[NameStart..];
            if (before.SequenceCompareTo(name) >= 0)
                throw Damaged(
                    $"has at byte {at} {Utf8Text.Quote(name)} after {Utf8Text.Quote(before)}; names are in the order of their bytes, each "
                    + "once");
            starts.Add(at);
            before = name;
            at += length + 1;
        }

        starts.Add(end);
        return new PackedRefs(bytes, [.. starts]);
    }

    /// <summary>Returns the file that holds some refs.</summary>
    /// <param name="refs">Sorted by name.</param>
    public static byte[] Encode(IReadOnlyCollection<(RefName Name, ObjectId Id)> refs)
    {
        using var stream = new MemoryStream(Header.Length + (refs.Count * (IdDigits + 40)) + TrailerSize);
        stream.Write(Header);
        foreach ((RefName name, ObjectId id) in refs)
            stream.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id} {name.Value}\n")));
        stream.Write(MakeTrailer(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        if (stream.Length > MaxBytes)
            throw new UsageException(
                $"{refs.Count} refs take {stream.Length} bytes in {FileName}, at most {MaxBytes} allowed; delete some");
        return stream.ToArray();
    }

    /// <summary>Returns the id of a ref; null when it is not among these.</summary>
    public ObjectId? Find(RefName name)
    {
        if (Count == 0)
            return null;
        byte[] wanted = Encoding.UTF8.GetBytes(name.Value);
        int i = FindFirst(wanted);
        return i < Count && NameAt(i).SequenceEqual(wanted) ? IdAt(i) : null;
    }

    /// <summary>Returns the refs whose names begin with a prefix, in their order.</summary>
    /// <param name="after">Only those behind this one; null for all.</param>
    /// <exception cref="CorruptStoreException">HIST-018: one of them has a name that no ref has.</exception>
    public IEnumerable<(RefName Name, ObjectId Id)> List(string prefix, RefName? after = null)
    {
        if (Count == 0)
            yield break;
        byte[] wanted = Encoding.UTF8.GetBytes(prefix);
        int first = FindFirst(wanted);
        if (after is not null)
        {
            byte[] last = Encoding.UTF8.GetBytes(after.Value);
            int behind = FindFirst(last);
            first = Math.Max(first, behind < Count && NameAt(behind).SequenceEqual(last) ? behind + 1 : behind);
        }

        for (int i = first; i < Count && NameAt(i).StartsWith(wanted); i++)
            yield return (ReadName(i), IdAt(i));
    }

    // The first whose name is not less.
    private int FindFirst(ReadOnlySpan<byte> name)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (NameAt(middle).SequenceCompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private ReadOnlySpan<byte> NameAt(int i) => _bytes.AsSpan((_starts[i] + NameStart)..(_starts[i + 1] - 1));

    private ObjectId IdAt(int i) =>
        TryParseId(_bytes.AsSpan(_starts[i]), out ObjectId id) ? id : throw Damaged($"has no id at byte {_starts[i]}");

    private RefName ReadName(int i) => Utf8Text.TryDecode(NameAt(i), out string? text) && text.StartsWith("refs/", StringComparison.Ordinal)
        && RefName.TryParse(text, out RefName? name) && RefFiles.CanBe(name)
        ? name
        : throw Damaged($"has at byte {_starts[i]} {Utf8Text.Quote(NameAt(i))}, which no ref can be called");

    private static bool TryParseId(ReadOnlySpan<byte> line, out ObjectId id)
    {
        Span<byte> bytes = stackalloc byte[ObjectId.Size];
        bool isId = Convert.FromHexString(line[..IdDigits], bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == ObjectId.Size;
        id = isId ? new ObjectId(bytes) : default;
        return isId;
    }

    private static byte[] MakeTrailer(ReadOnlySpan<byte> before) =>
        [.. TrailerMark, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(before))), (byte)'\n'];

    private static CorruptStoreException Damaged(string found) => new(
        "HIST-018",
        $"{FileName} {found}; bring it back from a copy, or move it away: then refs that have no file of their own are gone, 'mig reflog "
            + "<ref>' says where they were, and 'mig branch', 'mig tag' and 'mig fetch' set them again");
}
