namespace Mig.FileSystems.Fat;

/// <summary>
/// Puts a long name together from its parts, which stand in reverse before the short entry. What does not fit together is no long name.
/// </summary>
internal sealed class LongName
{
    /// <summary>Most UTF-16 units of a name.</summary>
    public const int MaxLength = 255;

    private const int MaxParts = 20;

    private readonly char[] _units = new char[MaxParts * DirectorySlot.UnitsPerPart];
    private int _partCount;
    private int _missing;
    private byte _checksum;

    /// <summary>How many slots the name has taken so far.</summary>
    public int SlotCount => _partCount - _missing;

    public void Clear() => _partCount = _missing = 0;

    public void Add(DirectorySlot slot)
    {
        int part = slot.Part & ~DirectorySlot.LastPart;
        if ((slot.Part & DirectorySlot.LastPart) != 0 && part is >= 1 and <= MaxParts)
        {
            _partCount = _missing = part;
            _checksum = slot.Checksum;
        }
        else if (_missing == 0 || part != _missing || slot.Checksum != _checksum)
        {
            Clear();
            return;
        }

        slot.CopyUnits(_units.AsSpan((part - 1) * DirectorySlot.UnitsPerPart));
        _missing = part - 1;
    }

    /// <summary>Returns the name that belongs to a short entry.</summary>
    /// <returns>Null when there is none for it.</returns>
    public string? Finish(ReadOnlySpan<byte> shortName)
    {
        if (_partCount == 0 || _missing != 0 || _checksum != ShortName.Checksum(shortName))
            return null;
        ReadOnlySpan<char> units = _units.AsSpan(0, _partCount * DirectorySlot.UnitsPerPart);
        int end = units.IndexOf('\0');
        units = end < 0 ? units : units[..end];
        return units.Length is 0 or > MaxLength ? null : units.ToString();
    }
}
