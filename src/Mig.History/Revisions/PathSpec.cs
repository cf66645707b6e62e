using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;

namespace Mig.History.Revisions;

/// <summary>A place in an image: which disk, which partition, which path.</summary>
/// <param name="Disk">The name of a disk; null for the only one, or the one with the operating system.</param>
/// <param name="Partition">The number of a partition; null for the volume with the operating system, or the only one.</param>
/// <param name="Path">The path without <c>/</c> at either end, without <c>.</c> and <c>..</c>; empty for the root.</param>
public sealed record PathSpec(string? Disk, int? Partition, ReadOnlyMemory<byte> Path)
{
    private const int MaxPartition = 1_000_000;

    /// <summary>The root of the usual volume.</summary>
    public static PathSpec Root { get; } = new(null, null, default);

    /// <summary>Whether a disk or a partition is named; else the usual volume is meant.</summary>
    public bool NamesVolume => Disk is not null || Partition is not null;

    /// <summary>
    /// Tells whether a volume fits the disk and the partition that are named. A disk without partitions is its own first one.
    /// </summary>
    public bool Means(DiskVolume place) => (Disk is null || Disk == place.Disk.Name)
        && (Partition is null || Partition == place.Volume.Number || (place.Volume.Number == 0 && Partition == 1));

    /// <summary>Splits <c>REV:PATH</c> at the first colon outside braces; the path is null when there is none.</summary>
    /// <remarks>
    /// Without a revision before the colon, HEAD is meant; and with a letter before it and a backslash behind it, a drive.
    /// </remarks>
    public static (string Revision, PathSpec? Path) Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsWindowsPath(text))
            return ("HEAD", Parse(text));
        int colon = RevisionParser.IndexOutsideBraces(text, ":");
        if (colon < 0)
            return (text, null);
        return (colon == 0 ? "HEAD" : text[..colon], Parse(text[(colon + 1)..]));
    }

    /// <summary>
    /// The drive that the path begins with, in upper case, if it is meant as Windows writes paths: <c>C:\Windows</c>; null when there is
    /// none.
    /// </summary>
    public char? Drive => !NamesVolume && Path.Span is [var letter, (byte)':', ..] && char.IsAsciiLetter((char)letter)
        && (Path.Length == 2 || Path.Span[2] is (byte)'/' or (byte)'\\')
        ? char.ToUpperInvariant((char)letter)
        : null;

    /// <summary>Tells whether a text is a path of Windows without a revision: <c>C:\Windows</c>.</summary>
    public static bool IsWindowsPath(string text) => text is [var letter, ':', '\\', ..] && char.IsAsciiLetter(letter);

    /// <summary>
    /// Parses <c>/etc/hostname</c>, <c>@2/boot/x</c> (partition 2), <c>@disk2.vmdk.1/x</c> (partition 1 of that disk),
    /// <c>@disk2.vmdk/x</c>.
    /// </summary>
    /// <exception cref="UsageException">What follows <c>@</c> is no partition.</exception>
    public static PathSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith('@'))
            return new PathSpec(null, null, Normalize(text));
        int slash = text.IndexOf('/', StringComparison.Ordinal), backslash = text.IndexOf('\\', StringComparison.Ordinal);
        if (backslash > 1 && (slash < 0 || backslash < slash) && char.IsAsciiDigit(text[backslash - 1]))
            slash = backslash; // @1\Windows
        string volume = slash < 0 ? text[1..] : text[1..slash];
        ReadOnlyMemory<byte> path = Normalize(slash < 0 ? "" : text[slash..]);
        if (volume.Length == 0)
            throw new UsageException(
                $"'{text}': a partition or disk must follow '@', as in @2/boot; a file whose name begins with '@' is written with a '/' "
                + "before it");
        int dot = volume.LastIndexOf('.');
        string tail = volume[(dot + 1)..];
        if (tail.Length == 0 || tail.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return new PathSpec(volume, null, path);
        if (!int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out int partition) || partition is 0 or > MaxPartition)
            throw new UsageException($"'{text}': there is no partition {tail}; they are counted from 1");
        string? disk = dot > 0 ? volume[..dot] : null;
        return dot == 0
            ? throw new UsageException($"'{text}': the name of a disk is missing before '.{partition}'")
            : new PathSpec(disk, partition, path);
    }

    /// <summary>The path as it is written.</summary>
    public override string ToString()
    {
        string path = "/" + Encoding.UTF8.GetString(Path.Span);
        if (!NamesVolume)
            return path;
        string partition = Partition?.ToString(CultureInfo.InvariantCulture) ?? "";
        return "@" + Disk + (Disk is not null && Partition is not null ? "." : "") + partition + path;
    }

    public bool Equals(PathSpec? other) =>
        other is not null && Disk == other.Disk && Partition == other.Partition && Path.Span.SequenceEqual(other.Path.Span);

    public override int GetHashCode() => HashCode.Combine(Disk, Partition, Path.Length);

    private static ReadOnlyMemory<byte> Normalize(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new UsageException("a path cannot hold a NUL");
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }

        return Utf8Text.Encode(string.Join('/', parts), "a path");
    }
}
