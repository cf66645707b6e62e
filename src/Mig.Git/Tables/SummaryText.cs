using System.Globalization;
using System.Text;
using Mig.Git.Masking;
using Mig.History.Images;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Git.Tables;

/// <summary>The page that a host shows first. Nothing of the image means anything in it: what Markdown and HTML give a meaning to is taken
/// its meaning.</summary>
internal sealed class SummaryText(MachineImage image, Inventory inventory, ImageVolume? system, GitExportOptions options)
{
    private readonly StringBuilder _text = new();

    public byte[] Write()
    {
        _text.Append("# ").Append(Plain(inventory.Release?.PrettyName is { Length: > 0 } name ? name : "A machine")).Append("\n\n");
        WriteFacts();
        WriteVolumes();
        WriteUnseen();
        WriteScope();
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    /// <summary>Text that Markdown and HTML show as it is, on one line.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in Cell.Escape(text))
        {
            if (c is '<' or '>' or '&' or '@' or '#' or '|')
                plain.Append(CultureInfo.InvariantCulture, $"&#{(int)c};"); // also where a host looks for names and numbers of its own
            else
                plain.Append(char.IsAsciiDigit(c) || char.IsAsciiLetter(c) || c is ' ' or '(' or ')' or '/' or ',' or '.' or '-' or ':'
                    or '+' or '=' || c > '~' ? "" : "\\").Append(c);
        }

        return plain.Replace("://", "&#58;//").Replace("www.", "www&#46;").ToString();
    }

    private void WriteFacts()
    {
        _text.Append("| fact | value |\n|---|---|\n");
        Fact("operating system", inventory.Release is { } release ? $"{release.Id} {release.VersionId}".Trim() : "none found");
        Fact("architecture", inventory.Architecture);
        Fact("kernels", string.Join(", ", inventory.Kernels));
        string kinds = string.Join(", ", inventory.Packages.GroupBy(package => package.Kind)
            .Select(group => $"{PackageKinds.NameOf(group.Key)} {Number(group.Count())}"));
        Fact("packages", $"{Number(inventory.Packages.Count)}{(kinds.Length > 0 ? $" ({kinds})" : "")}");
        Fact("users", Number(inventory.Users.Count));
        Fact("units that start", Number(inventory.Units.Count));
        Fact("places where services listen", Number(inventory.Listeners.Count));
    }

    private void WriteVolumes()
    {
        _text.Append("\n## Disks\n\n| volume | file system | label | bytes | seen |\n|---|---|---|---|---|\n");
        foreach (ImageDisk disk in image.Disks)
        {
            if (disk.Volumes.Count == 0)
                Row(disk.Name, "", "", Number(disk.Length), "no volumes");
            foreach (ImageVolume volume in disk.Volumes)
            {
                string seen = volume.Root is null ? $"no: {volume.Reason}" : volume.Unread.Count > 0 ? "not all" : volume == system
                    ? "yes, the operating system" : "yes";
                Row($"{ImageVolumes.PrefixOf(image, disk, volume)} of {disk.Name}", volume.FileSystem, volume.Label,
                    Number(volume.Range.Length), seen);
            }
        }
    }

    private void WriteUnseen()
    {
        var unseen = new List<string>(inventory.Coverage.Unseen.Select(part => part.Sentence));
        foreach ((ImageDisk disk, ImageVolume volume) in image.Disks.SelectMany(disk => disk.Volumes.Select(volume => (disk, volume))))
        {
            if (volume.Root is null)
                unseen.Add($"{ImageVolumes.PrefixOf(image, disk, volume)} of {disk.Name} was not looked into: {volume.Reason}");
            unseen.AddRange(volume.Unread.Select(part => $"{ImageVolumes.PrefixOf(image, disk, volume)}:{UnreadSentence.PathOf(part)}: "
                + $"{part.Reason}"));
        }

        _text.Append("\n## Not seen\n\n");
        if (unseen.Count == 0)
            _text.Append("Nothing: mig looked into all of it.\n");
        foreach (string sentence in unseen.Distinct(StringComparer.Ordinal))
            _text.Append("- ").Append(Plain(sentence)).Append('\n');
    }

    private void WriteScope()
    {
        _text.Append("\n## What is published\n\n");
        _text.Append(options.IsMasked ? $"- Secrets: masked by {MaskRules.Name}; a masked value is `{MaskRules.Mark}`\n"
            : "- Secrets: **not masked**\n");
        _text.Append(CultureInfo.InvariantCulture, $"- Form: {GitExportOptions.Form}\n- Contents: the text of /etc");
        foreach (string pattern in options.Contents)
            _text.Append(" and ").Append(Plain(pattern));
        _text.Append("\n- The disks themselves, times of files, and all other contents are in mig, under the id that `Mig-Commit:` ")
            .Append("says.\n");
    }

    private void Fact(string name, string value)
    {
        if (value.Length > 0)
            _text.Append(CultureInfo.InvariantCulture, $"| {name} | {Plain(value)} |\n");
    }

    private void Row(params ReadOnlySpan<string> cells)
    {
        foreach (string cell in cells)
            _text.Append("| ").Append(Plain(cell)).Append(' ');
        _text.Append("|\n");
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
