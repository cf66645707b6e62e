using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Cli.Json;

/// <summary>A name in a directory. Names are text with replacements where they are not UTF-8; then the bytes follow in base64.</summary>
internal sealed record EntryJson
{
    public required string Name { get; init; }

    public byte[]? NameBytes { get; init; }

    /// <summary>From the root of the volume, beginning with a slash.</summary>
    public required string Path { get; init; }

    public byte[]? PathBytes { get; init; }

    public required string Type { get; init; }

    /// <summary>The permission bits, octal.</summary>
    public required string Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Bytes of a regular file.</summary>
    public long? Size { get; init; }

    /// <summary>UTC, to the nanosecond.</summary>
    public required string ModifiedTime { get; init; }

    public string? Sha256 { get; init; }

    public string? Target { get; init; }

    public byte[]? TargetBytes { get; init; }

    public uint? DeviceMajor { get; init; }

    public uint? DeviceMinor { get; init; }

    public IReadOnlyList<XattrJson>? Xattrs { get; init; }

    /// <summary>Which of several arguments it belongs to, as it was given.</summary>
    public string? Argument { get; init; }

    public static EntryJson Of(TreeEntry entry, ReadOnlySpan<byte> path)
    {
        bool isDevice = entry.Type is TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice;
        bool isLink = entry.Type == TreeEntryType.SymbolicLink;
        ReadOnlySpan<byte> name = path[(path.LastIndexOf((byte)'/') + 1)..];
        return new EntryJson
        {
            Name = Encoding.UTF8.GetString(name),
            NameBytes = Raw(name),
            Path = "/" + Encoding.UTF8.GetString(path),
            PathBytes = Raw(path) is null ? null : [(byte)'/', .. path],
            Type = TypeOf(entry.Type),
            Mode = Convert.ToString(entry.Mode, 8).PadLeft(4, '0'),
            Uid = entry.Uid,
            Gid = entry.Gid,
            Size = entry.Type == TreeEntryType.File ? entry.Size : null,
            ModifiedTime = Time(entry.ModifiedTime),
            Sha256 = entry.Sha256?.ToString(),
            Target = isLink ? Encoding.UTF8.GetString(entry.LinkTarget.Span) : null,
            TargetBytes = isLink ? Raw(entry.LinkTarget.Span) : null,
            DeviceMajor = isDevice ? entry.DeviceMajor : null,
            DeviceMinor = isDevice ? entry.DeviceMinor : null,
            Xattrs = entry.Xattrs.Count == 0 ? null
                : [.. entry.Xattrs.Select(xattr => new XattrJson(Encoding.UTF8.GetString(xattr.Name.Span), xattr.Value.ToArray()))],
        };
    }

    private static string TypeOf(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => "directory",
        TreeEntryType.SymbolicLink => "symlink",
        TreeEntryType.CharacterDevice => "characterDevice",
        TreeEntryType.BlockDevice => "blockDevice",
        TreeEntryType.Fifo => "fifo",
        TreeEntryType.Socket => "socket",
        _ => "file",
    };

    private static byte[]? Raw(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? null : bytes.ToArray();

    // A time of a file may lie outside the calendar of .NET; seconds never do.
    private static string Time(Timestamp time) => time.Seconds is >= -62_135_596_800 and <= 253_402_300_799
        ? string.Create(CultureInfo.InvariantCulture,
            $"{DateTimeOffset.FromUnixTimeSeconds(time.Seconds):yyyy-MM-dd'T'HH:mm:ss}.{time.Nanoseconds:000000000}Z")
        : string.Create(CultureInfo.InvariantCulture, $"@{time.Seconds}.{time.Nanoseconds:000000000}");
}
