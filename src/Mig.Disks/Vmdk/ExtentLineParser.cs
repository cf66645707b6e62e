using System.Globalization;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>Reads lines such as <c>RW 4192256 FLAT "disk-f001.vmdk" 0</c>.</summary>
internal static class ExtentLineParser
{
    private const long MaxSectorCount = long.MaxValue / SparseHeader.SectorSize;

    public static bool IsExtent(string line) =>
        line.StartsWith("RW ", StringComparison.Ordinal) || line.StartsWith("RDONLY ", StringComparison.Ordinal)
            || line.StartsWith("NOACCESS ", StringComparison.Ordinal);

    public static ExtentLine Parse(string line, int number, string where)
    {
        // access, sector count, type, and then a quoted name that may hold spaces
        string[] words = line.Split((char[])[' ', '\t'], 4, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3)
            throw Broken(number, where, "access, sector count and type expected");
        if (words[0] == "NOACCESS")
            throw new UnsupportedFeatureException("a VMDK extent without access",
                $"line {number} of the descriptor in {where} says NOACCESS, so a part of the disk is not there");
        if (!TryParseCount(words[1], out long sectorCount))
            throw Broken(number, where, $"sector count is {words[1]}, 0 to {MaxSectorCount} allowed");
        ExtentKind kind = ParseKind(words[2], number, where);
        if (kind == ExtentKind.Zero)
            return new ExtentLine(number, kind, sectorCount, "", 0);

        string rest = words.Length == 4 ? words[3] : "";
        int end = rest.IndexOf('"', Math.Min(1, rest.Length));
        if (!rest.StartsWith('"') || end < 0)
            throw Broken(number, where, "a file name in double quotes expected");
        string tail = rest[(end + 1)..].Trim();
        long fileSector = 0;
        if (tail.Length > 0 && !TryParseCount(tail, out fileSector))
            throw Broken(number, where, $"offset is {tail}, 0 to {MaxSectorCount} allowed");
        return new ExtentLine(number, kind, sectorCount, rest[1..end], fileSector);
    }

    private static ExtentKind ParseKind(string word, int number, string where) => word switch
    {
        "FLAT" or "VMFS" => ExtentKind.Flat,
        "SPARSE" => ExtentKind.Sparse,
        "ZERO" => ExtentKind.Zero,
        "VMFSSPARSE" or "SESPARSE" or "VMFSRDM" or "VMFSRAW" =>
            throw new UnsupportedFeatureException(
                $"VMDK extent type {word}", $"line {number} of the descriptor in {where} has it; clone the disk with vmkfstools first"),
        _ => throw Broken(number, where, $"type is {word}; FLAT, SPARSE, ZERO or VMFS expected"),
    };

    private static bool TryParseCount(string word, out long count) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= MaxSectorCount;

    private static CorruptImageException Broken(int number, string where, string detail) =>
        new("VMDK-038", $"descriptor in {where}: extent in line {number}: {detail}");
}
