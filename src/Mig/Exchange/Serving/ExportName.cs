using System.Globalization;
using Mig.Core;
using Mig.History.Images;
using Mig.Transfer.Access;

namespace Mig.Exchange.Serving;

/// <summary>The name of a disk as NBD clients give it: <c>[TOKEN@][REPOSITORY/]REVISION[:DISK]</c>.</summary>
/// <param name="Token">The token; null when none was given.</param>
/// <param name="Path">Repository and revision; empty for HEAD of the repository that is served.</param>
/// <param name="Disk">The disk: <c>disk2</c> for the second one, or its name. Null for the first one.</param>
internal sealed record ExportName(string? Token, string Path, string? Disk)
{
    private const string DiskPrefix = "disk";

    /// <summary>Reads a name that a stranger sent.</summary>
    public static ExportName Parse(string text)
    {
        // Branches may have an @ in their names, too; a token has a form of its own.
        string? token = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && AccessTokenText.IsWellFormed(text[..at]))
        {
            token = text[..at];
            text = text[(at + 1)..];
        }

        int colon = text.LastIndexOf(':');
        return colon < 0 ? new ExportName(token, text, null) : new ExportName(token, text[..colon], text[(colon + 1)..]);
    }

    /// <summary>The number that a disk is asked for by; 0 when it is asked for by name.</summary>
    public int DiskNumber =>
        Disk is { } disk && disk.StartsWith(DiskPrefix, StringComparison.Ordinal)
            && int.TryParse(disk.AsSpan(DiskPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    /// <summary>Finds the disk that is asked for among those of a machine.</summary>
    /// <returns>Its place, counted from 0.</returns>
    /// <exception cref="NotFoundException">There is none; names those there are.</exception>
    public int FindDisk(MachineImage image)
    {
        string names = string.Join(", ", image.Disks.Select((disk, index) => $"disk{index + 1} ({disk.Name})"));
        int index = Disk is null ? 0 : image.Disks.ToList().FindIndex(disk => disk.Name == Disk);
        if (index < 0)
            index = DiskNumber - 1;
        return index >= 0 && index < image.Disks.Count ? index
            : throw new NotFoundException($"{Path} has no disk '{Disk ?? "disk1"}'; it has {(names.Length == 0 ? "none" : names)}");
    }

    /// <summary>The name without its token, for logs.</summary>
    public override string ToString() => Disk is null ? Path : $"{Path}:{Disk}";

    /// <summary>The disk's own part of a name.</summary>
    /// <param name="number">Counted from 1.</param>
    public static string SuffixOf(int number) => number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $":{DiskPrefix}{number}");
}
