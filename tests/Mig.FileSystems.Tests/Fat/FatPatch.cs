using System.Text;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>A volume of FAT12 or FAT16, to be damaged.</summary>
internal sealed class FatPatch(byte[] image) : PatchedImage(image)
{
    public int SectorSize => U16(0x0B);

    public int FatOffset => U16(0x0E) * SectorSize;

    public int FatLength => U16(0x16) * SectorSize;

    public int Root => FatOffset + (Image[0x10] * FatLength);

    public int Data => Root + (U16(0x11) * 32);

    /// <summary>Returns where a short entry lies.</summary>
    /// <param name="name">Eleven characters.</param>
    public int Entry(string name)
    {
        int at = Image.AsSpan(Root).IndexOf(Encoding.ASCII.GetBytes(name));
        Assert.True(at >= 0 && at % 32 == 0, name);
        return Root + at;
    }

    public int FirstCluster(string name) => U16(Entry(name) + 0x1A);

    public int ClusterOffset(int cluster) => Data + ((cluster - 2) * Image[0x0D] * SectorSize);

    /// <summary>Sets an entry of 12 bits in all tables.</summary>
    public void SetNext12(int cluster, int value)
    {
        for (int copy = 0; copy < Image[0x10]; copy++)
        {
            int at = FatOffset + (copy * FatLength) + (cluster * 3 / 2);
            Set16(at, cluster % 2 == 0 ? (U16(at) & 0xF000) | value : (U16(at) & 0xF) | value << 4);
        }
    }

    /// <summary>Returns the entries of 12 bits of a chain's clusters.</summary>
    public int GetNext12(int cluster)
    {
        int value = U16(FatOffset + (cluster * 3 / 2));
        return cluster % 2 == 0 ? value & 0xFFF : value >> 4;
    }
}
