using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>The text that describes a disk: alone in a file, or embedded in a sparse extent.</summary>
/// <param name="CreateType">The variant, as VMware spells it.</param>
/// <param name="ContentId">A number that changes whenever the content does.</param>
/// <param name="Parent">The disk under this one, which holds only what changed since; null for a whole disk.</param>
// Source: VMware "Virtual Disk Format 5.0", "The Descriptor File".
internal sealed record VmdkDescriptor(string CreateType, uint? ContentId, VmdkParent? Parent, IReadOnlyList<ExtentLine> Extents)
{
    public const int MaxLength = 1 << 20;
    private const int MaxOtherKeys = 100;
    private const long MaxSectorCount = long.MaxValue / SparseHeader.SectorSize;
    private const uint NoParent = uint.MaxValue;

    private static readonly string[] CreateTypes =
    [
        "monolithicSparse", "monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat", "streamOptimized", "vmfs",
        "vmfsPreallocated", "vmfsEagerZeroedThick", "vmfsThin", "custom",
    ];

    /// <summary>What it says beyond that, such as the disk's database (<c>ddb.adapterType</c>), in its order.</summary>
    public IReadOnlyList<(string Key, string Value)> Others { get; private init; } = [];

    /// <summary>
    /// Parses a descriptor, which ends at the first zero byte: what stands after that is an older, longer text that a writer left (qemu-img
    /// does when it puts in a shorter CID).
    /// </summary>
    /// <param name="where">The file, and the offset in it, for messages.</param>
    /// <exception cref="UnsupportedFeatureException">It needs a device, or an extent of ESX.</exception>
    public static VmdkDescriptor Parse(ReadOnlySpan<byte> bytes, string where, Limits limits)
    {
        ReadOnlySpan<byte> text = bytes.IndexOf((byte)0) is int end and >= 0 ? bytes[..end] : bytes;
        if (!FormatProbe.BeginsDescriptor(text))
            throw new CorruptImageException("VMDK-030", $"descriptor in {where}: does not begin with \"# Disk DescriptorFile\"");

        string? createType = null;
        string? version = null;
        (string? contentId, string? parentId, string? parentName) = (null, null, null);
        var extents = new List<ExtentLine>();
        var others = new List<(string Key, string Value)>();
        int number = 0;
        foreach (string rawLine in Encoding.UTF8.GetString(text).Split('\n'))
        {
            number++;
            string line = rawLine.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (ExtentLineParser.IsExtent(line))
            {
                if (extents.Count == limits.MaxContainerExtents)
                    throw new CorruptImageException("VMDK-032", $"descriptor in {where}: more than {limits.MaxContainerExtents} extents");
                extents.Add(ExtentLineParser.Parse(line, number, where));
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new CorruptImageException(
                    "VMDK-033", $"descriptor in {where}: line {number} is neither a comment, a \"key = value\" nor an extent");
            string key = line[..equals].Trim();
            string value = line[(equals + 1)..].Trim().Trim('"');
            if (key.Equals("version", StringComparison.OrdinalIgnoreCase))
                version = value;
            else if (key.Equals("createType", StringComparison.OrdinalIgnoreCase))
                createType = value;
            else if (key.Equals("CID", StringComparison.OrdinalIgnoreCase))
                contentId = value;
            else if (key.Equals("parentCID", StringComparison.OrdinalIgnoreCase))
                parentId = value;
            else if (key.Equals("parentFileNameHint", StringComparison.OrdinalIgnoreCase))
                parentName = value;
            else if (others.Count < MaxOtherKeys)
                others.Add((key, value));
        }

        if (version is not ("1" or "2" or "3" or "4"))
            throw new CorruptImageException("VMDK-034", $"descriptor in {where}: version is {version ?? "missing"}, 1 to 4 allowed");
        if (extents.Count == 0)
            throw new CorruptImageException("VMDK-035", $"descriptor in {where}: no extents, at least 1 needed");
        CheckTotal(extents, where);
        return new VmdkDescriptor(CanonicalType(createType, where), ParseId(contentId), FindParent(parentId, parentName, where),
            extents)
        { Others = others };
    }

    private static VmdkParent? FindParent(string? id, string? name, string where)
    {
        uint? parsed = ParseId(id);
        if (name is null && (id is null || parsed == NoParent))
            return null;
        if (string.IsNullOrEmpty(name) || name is "." or ".." || name.Contains('\0', StringComparison.Ordinal))
            throw new CorruptImageException(
                "VMDK-043",
                $"descriptor in {where}: parentCID is {id}, but parentFileNameHint is {(name is null ? "missing" : $"\"{name}\"")}; a "
                + "file name expected");
        return parsed is { } contentId && contentId != NoParent
            ? new VmdkParent(name, contentId)
            : throw new CorruptImageException(
                "VMDK-044",
                $"descriptor in {where}: parentFileNameHint is \"{name}\", but parentCID is {id ?? "missing"}; the parent's number "
                    + "expected");
    }

    // Some products write the number without its leading letters' case, or as 0xffffffff.
    private static uint? ParseId(string? value) => value is not null
        && uint.TryParse(value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value[2..] : value, NumberStyles.HexNumber,
        CultureInfo.InvariantCulture, out uint id) ? id : null;

    private static string CanonicalType(string? createType, string where)
    {
        if (createType is null)
            throw new CorruptImageException("VMDK-036", $"descriptor in {where}: createType is missing");
        string name = createType.StartsWith("2Gb", StringComparison.OrdinalIgnoreCase) ? $"two{createType[1..]}" : createType;
        return Array.Find(CreateTypes, type => type.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UnsupportedFeatureException(
                $"VMDK createType {createType}", $"{where} has it; mig reads {string.Join(", ", CreateTypes)}");
    }

    private static void CheckTotal(List<ExtentLine> extents, string where)
    {
        long total = 0;
        foreach (ExtentLine extent in extents)
        {
            if (extent.SectorCount > MaxSectorCount - total)
                throw new CorruptImageException("VMDK-037",
                    $"descriptor in {where}: the extents up to line {extent.LineNumber} have more than {MaxSectorCount} sectors");
            total += extent.SectorCount;
        }
    }
}
