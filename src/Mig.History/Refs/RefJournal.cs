using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>
/// Everything that one update does to the files of refs, their logs and the configuration: at most one step for each file.
/// </summary>
// Layout: docs/format.md, "The journal". All integers little-endian.
internal sealed class RefJournal
{
    public const string FileName = "journal";
    public const string ConfigPath = "config";
    public const string LogPrefix = "logs/";

    private const int HeaderSize = 16;
    private const int StepSize = 1 + sizeof(ushort) + sizeof(long) + sizeof(uint);
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, JournalStep> _byPath = new(StringComparer.Ordinal);

    private static ReadOnlySpan<byte> Magic => "migjrnl\x01"u8;

    /// <summary>In the order in which they were added.</summary>
    public List<JournalStep> Steps { get; } = [];

    public void Add(JournalStep step)
    {
        _byPath.Add(step.Path, step);
        Steps.Add(step);
    }

    /// <summary>Returns what becomes of a file; null when it stays.</summary>
    public JournalStep? Find(string path) => _byPath.GetValueOrDefault(path);

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        stream.Write(Magic);
        stream.Write(stackalloc byte[sizeof(long)]);
        Span<byte> head = stackalloc byte[StepSize];
        foreach (JournalStep step in Steps)
        {
            byte[] path = Strict.GetBytes(step.Path);
            head[0] = (byte)step.Kind;
            BinaryPrimitives.WriteUInt16LittleEndian(head[1..], checked((ushort)path.Length));
            BinaryPrimitives.WriteInt64LittleEndian(head[3..], step.Start);
            BinaryPrimitives.WriteUInt32LittleEndian(head[11..], (uint)step.Bytes.Length);
            stream.Write(head);
            stream.Write(path);
            stream.Write(step.Bytes);
        }

        int length = checked((int)stream.Length);
        BinaryPrimitives.WriteInt64LittleEndian(stream.GetBuffer().AsSpan(Magic.Length), length + (long)ObjectId.Size);
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, length)));
        return stream.ToArray();
    }

    /// <summary>Reads a journal.</summary>
    /// <returns>False when it is not whole: then what it says never began.</returns>
    /// <exception cref="CorruptStoreException">HIST-016: it is whole, but not what was written.</exception>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RefJournal? journal)
    {
        journal = null;
        if (bytes.Length < HeaderSize)
            return false;
        if (!bytes.StartsWith(Magic))
            throw Damaged($"begins with {Convert.ToHexString(bytes[..Magic.Length])}, needed {Convert.ToHexString(Magic)}");
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes[Magic.Length..]);
        if (bytes.Length < length)
            return false;
        if (length < HeaderSize + ObjectId.Size || length != bytes.Length)
            throw Damaged($"has {bytes.Length} bytes and says that it has {length}");
        ReadOnlySpan<byte> body = bytes[..^ObjectId.Size];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes[^ObjectId.Size..]))
            throw Damaged("has another SHA-256 than it says");

        journal = new RefJournal();
        for (int at = HeaderSize; at < body.Length;)
            at += journal.AddStep(body, at);
        return true;
    }

    private static CorruptStoreException Damaged(string found) =>
        new("HIST-016",
            $"{FileName} {found}; remove it, then refs are where their files say, and 'mig fsck' says where those and their logs differ");

    // Whoever can write the file could write the checksum as well: a path leads nowhere but to refs, logs and the configuration.
    private static bool IsOwn(string path, JournalStepKind kind) => kind switch
    {
        _ when path.StartsWith(LogPrefix, StringComparison.Ordinal) =>
            RefName.TryParse(path[LogPrefix.Length..], out RefName? logged) && RefFiles.CanBe(logged),
        JournalStepKind.Write when path == ConfigPath => true,
        JournalStepKind.Write or JournalStepKind.Delete => RefName.TryParse(path, out RefName? name) && RefFiles.CanBe(name),
        _ => false,
    };

    private int AddStep(ReadOnlySpan<byte> body, int at)
    {
        ReadOnlySpan<byte> rest = body[at..];
        if (rest.Length < StepSize)
            throw Damaged($"ends within the step at {at}");
        var kind = (JournalStepKind)rest[0];
        int pathLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
        long start = BinaryPrimitives.ReadInt64LittleEndian(rest[3..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(rest[11..]);
        if (StepSize + pathLength + length > rest.Length)
            throw Damaged($"ends within the step at {at}");
        if (!Utf8Text.TryDecode(rest.Slice(StepSize, pathLength), out string? path) || !Enum.IsDefined(kind) || !IsOwn(path, kind)
            || start < 0 || (start != 0 && kind != JournalStepKind.Append) || (length != 0 && kind == JournalStepKind.Delete)
                || _byPath.ContainsKey(path))
            throw Damaged(
                $"has at {at} a step {rest[0]} from {start} with {length} bytes for {Utf8Text.Quote(rest.Slice(StepSize, pathLength))}, "
                + "which no mig writes");
        Add(new JournalStep(kind, path, start, rest.Slice(StepSize + pathLength, (int)length).ToArray()));
        return StepSize + pathLength + (int)length;
    }
}
