using System.Globalization;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Cli.Views;

/// <summary>Prints directory entries the way <c>ls</c> does.</summary>
internal sealed class EntryView(Palette palette, TimeProvider clock)
{
    /// <summary>The line of <c>ls -l</c>.</summary>
    /// <param name="shownName">The name or path, safe to print.</param>
    public string Long(TreeEntry entry, string shownName, int sizeWidth, int ownerWidth)
    {
        string target = entry.Type == TreeEntryType.SymbolicLink ? " -> " + SafeText.Name(entry.LinkTarget.Span) : "";
        return Columns(entry, sizeWidth, ownerWidth) + Colour(entry, shownName) + target;
    }

    /// <summary>What stands before the name in the line of <c>ls -l</c>, with the space between.</summary>
    public string Columns(TreeEntry entry, int sizeWidth, int ownerWidth)
    {
        string uid = entry.Uid.ToString(CultureInfo.InvariantCulture).PadLeft(ownerWidth);
        string gid = entry.Gid.ToString(CultureInfo.InvariantCulture).PadLeft(ownerWidth);
        return $"{Mode(entry)} {uid} {gid} {Size(entry).PadLeft(sizeWidth)} {Time(entry.ModifiedTime)} ";
    }

    public string Colour(TreeEntry entry, string shownName) => entry.Type switch
    {
        TreeEntryType.Directory => palette.Paint("1;34", shownName),
        TreeEntryType.SymbolicLink => palette.Paint("1;36", shownName),
        TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice or TreeEntryType.Fifo => palette.Yellow(shownName),
        TreeEntryType.Socket => palette.Paint("1;35", shownName),
        _ => (entry.Mode & 0x49) != 0 ? palette.Paint("1;32", shownName) : shownName,
    };

    /// <summary>The size as <c>ls -l</c> shows it: bytes, or the numbers of a device.</summary>
    public static string Size(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice =>
            string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor}, {entry.DeviceMinor}"),
        TreeEntryType.SymbolicLink => entry.LinkTarget.Length.ToString(CultureInfo.InvariantCulture),
        TreeEntryType.File => entry.Size.ToString(CultureInfo.InvariantCulture),
        _ => "0",
    };

    /// <summary>Digits of the wider one of user and group.</summary>
    public static int OwnerWidth(TreeEntry entry) => Math.Max(entry.Uid, entry.Gid).ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>Such as <c>-rwsr-xr-x</c>.</summary>
    public static string Mode(TreeEntry entry)
    {
        Span<char> text = stackalloc char[10];
        text[0] = entry.Type switch
        {
            TreeEntryType.Directory => 'd',
            TreeEntryType.SymbolicLink => 'l',
            TreeEntryType.CharacterDevice => 'c',
            TreeEntryType.BlockDevice => 'b',
            TreeEntryType.Fifo => 'p',
            TreeEntryType.Socket => 's',
            _ => '-',
        };
        for (int i = 0; i < 9; i++)
            text[i + 1] = (entry.Mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        Mark(text, 3, (entry.Mode & 0x800) != 0, 's');
        Mark(text, 6, (entry.Mode & 0x400) != 0, 's');
        Mark(text, 9, (entry.Mode & 0x200) != 0, 't');
        return text.ToString();
    }

    private static void Mark(Span<char> text, int place, bool isSet, char mark)
    {
        if (isSet)
            text[place] = text[place] == 'x' ? mark : char.ToUpperInvariant(mark);
    }

    private string Time(Timestamp time)
    {
        // Far outside the calendar, and far from local time.
        if (time.Seconds is < -62_000_000_000 or > 253_000_000_000)
            return string.Create(CultureInfo.InvariantCulture, $"@{time.Seconds}");
        DateTimeOffset local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(time.Seconds), clock.LocalTimeZone);
        return local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
