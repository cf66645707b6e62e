namespace Mig.Testing;

/// <summary>A disk of 4 MiB that starts a PC: it prints a text to the serial line, and writes to itself.</summary>
public static class BootDisk
{
    /// <summary>Bytes of a sector; the program is in sector 0, its text in sector 1, and it writes sector 2.</summary>
    public const int SectorSize = 512;

    private const int Length = 4 << 20;

    // Made by "as --32" and "ld -Ttext 0 --oformat binary" of:
    //   cli; segments 0; sp 0x7c00; keep dl; int 13h/42h reads sector 1 to 0x8000; print from 0x8001 to the zero
    //   byte at 0x8000 is not 'k': int 13h/43h writes 0x8000 to sector 2; off: out 0x2000 to 0x604 (ACPI of q35: S5); hlt
    //   is 'k', for ever: wait for a byte of the serial line; 'q': off; else put it at 0x8000, print it, write sector 2, print '.'
    private const string Program =
        "FA31C08ED88EC08ED0BC007C8816007BBE7D7CB442CD13BE0180AC84C07405E84A00EBF6803E00806B740DE82B00BA0406B80020EFF4EBFDFABAFD03ECA80174"
        + "FBBAF803EC3C7174E5A20080E81D00E80700B02EE81500EBDFC706857C0200BE7D7C8A16007BB80043CD13C388C3BAFD03ECA82074FBBAF80388D8EEC3100001"
        + "000080000001000000000000" + "00";

    /// <summary>Writes such a disk.</summary>
    /// <param name="text">What it prints, in ASCII.</param>
    /// <param name="waitsForKeys">Whether it waits for bytes on the serial line, and ends with <c>q</c>; else it ends at once.</param>
    public static void Write(string path, string text, bool waitsForKeys = false)
    {
        byte[] disk = new byte[Length];
        Convert.FromHexString(Program).CopyTo(disk, 0);
        (disk[510], disk[511]) = (0x55, 0xAA);
        System.Text.Encoding.ASCII.GetBytes((waitsForKeys ? 'k' : '.') + text + "\r\n\0").CopyTo(disk, SectorSize);
        File.WriteAllBytes(path, disk);
    }

    /// <summary>The disk after the machine has run: sector 2 is sector 1, the last key instead of its first byte.</summary>
    public static byte[] After(byte[] disk, char? key = null)
    {
        byte[] after = [.. disk];
        after.AsSpan(SectorSize, SectorSize).CopyTo(after.AsSpan(2 * SectorSize));
        if (key is { } last)
            after[2 * SectorSize] = (byte)last;
        return after;
    }
}
