using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Writes descriptors.</summary>
internal static class DescriptorText
{
    private const int HeadCount = 255; // the geometry that every SCSI adapter of VMware reports
    private const int TrackSectorCount = 63;

    /// <summary>Returns the text of a descriptor with one extent.</summary>
    /// <param name="extentType"><c>SPARSE</c> or <c>FLAT</c>.</param>
    /// <param name="parent">The disk under the one that is described; null for a whole disk.</param>
    public static byte[] Write(string createType, long sectorCount, string extentType, string fileName, BackingDisk? parent = null)
    {
        // The CID changes whenever the content may have: VMware tells by it whether a snapshot still fits its parent. All ones mean "no
        // parent".
        uint cid = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        string parentLines = parent is null ? "parentCID=ffffffff"
            : $"parentCID={parent.ContentId:x8}\nparentFileNameHint=\"{parent.Name}\"";
        string offset = extentType == "FLAT" ? " 0" : "";
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            # Disk DescriptorFile
            version=1
            encoding="UTF-8"
            CID={cid:x8}
            {parentLines}
            createType="{createType}"

            # Extent description
            RW {sectorCount} {extentType} "{fileName}"{offset}

            # The Disk Data Base
            #DDB

            ddb.virtualHWVersion = "4"
            ddb.geometry.cylinders = "{Math.Max(1, sectorCount / (HeadCount * TrackSectorCount))}"
            ddb.geometry.heads = "{HeadCount}"
            ddb.geometry.sectors = "{TrackSectorCount}"
            ddb.adapterType = "lsilogic"

            """);
        return Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));
    }

    /// <summary>Returns the name of a file as a descriptor can hold it.</summary>
    /// <exception cref="UsageException">A descriptor cannot hold it.</exception>
    public static string FileNameOf(string path)
    {
        string name = Path.GetFileName(path);
        CheckName(name, path);
        return name;
    }

    /// <summary>Checks that a descriptor can hold a name.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static void CheckName(string name, string path)
    {
        if (name.Contains('"', StringComparison.Ordinal) || name.Any(char.IsControl))
            throw new UsageException($"{path}: a VMDK cannot be named with quotes or control characters; choose another name");
    }

    /// <summary>Returns the sector count of a disk that is to be a VMDK.</summary>
    /// <exception cref="UnsupportedFeatureException">The disk does not end at a sector, or is empty.</exception>
    public static long SectorCountOf(long length)
    {
        // Other readers take a capacity of 0 for "see the descriptor", and then refuse the disk.
        if (length == 0)
            throw new UnsupportedFeatureException("a VMDK of 0 bytes", "no product reads one; write the disk as raw");
        if (length % SparseHeader.SectorSize != 0)
            throw new UnsupportedFeatureException(
                "a VMDK that does not end at a sector", $"the disk has {length} bytes, which 512 does not divide; write it as raw");
        return length / SparseHeader.SectorSize;
    }
}
