using Mig.Disks.Raw;

namespace Mig.Disks.Vmdk;

/// <summary>Writes a descriptor, and next to it the disk as a raw file, <c>-flat.vmdk</c>.</summary>
internal sealed class MonolithicFlatWriter : IDiskWriter
{
    private readonly OutputFile _descriptor;
    private readonly RawWriter _flat;

    public MonolithicFlatWriter(string path, long length, bool overwrite)
    {
        long sectorCount = DescriptorText.SectorCountOf(length);
        string flatPath = $"{(path.EndsWith(".vmdk", StringComparison.OrdinalIgnoreCase) ? path[..^5] : path)}-flat.vmdk";
        byte[] text = DescriptorText.Write("monolithicFlat", sectorCount, "FLAT", DescriptorText.FileNameOf(flatPath));
        _descriptor = OutputFile.Create(path, overwrite);
        try
        {
            _descriptor.Write(0, text);
            _flat = new RawWriter(flatPath, length, overwrite);
        }
        catch
        {
            _descriptor.Dispose();
            throw;
        }
    }

    public long Length => _flat.Length;

    public bool IsSequential => false;

    public void Write(long offset, ReadOnlySpan<byte> bytes) => _flat.Write(offset, bytes);

    public void Complete()
    {
        // The descriptor last: until it is there, nobody takes the rest for a disk.
        _flat.Complete();
        try
        {
            _descriptor.Publish();
        }
        catch
        {
            _flat.Withdraw();
            throw;
        }
    }

    public void Dispose()
    {
        _flat.Dispose();
        _descriptor.Dispose();
    }
}
