using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests;

/// <summary>Each container under the contract of <see cref="IByteSource"/>: written by mig, read by mig.</summary>
public abstract class ContainerContract(string format) : ByteSourceContract
{
    protected override IByteSource? Open(byte[] content)
    {
        if (content.Length == 0 && format != "raw")
            return null;
        using var folder = new TestFolder();
        Disks.Write(folder["disk"], format, content);
        // Files of Linux can be read after their names are gone.
        return DiskFormats.Open(folder["disk"], format, Limits.Default).Content;
    }
}

public class RawContractTests() : ContainerContract("raw");

public class MonolithicSparseContractTests() : ContainerContract("vmdk:monolithicSparse");

public class StreamOptimizedContractTests() : ContainerContract("vmdk:streamOptimized");

public class MonolithicFlatContractTests() : ContainerContract("vmdk:monolithicFlat");

public class Qcow2ContractTests() : ContainerContract("qcow2");

/// <summary>A QCOW2 of which every other 64 KiB are in its backing file.</summary>
public class Qcow2OverlayContractTests : OverlayContract
{
    protected override string Format => "qcow2";
}

/// <summary>The same as a VMDK and its parent.</summary>
public class VmdkChildContractTests : OverlayContract
{
    protected override string Format => "vmdk";
}

public abstract class OverlayContract : ByteSourceContract
{
    protected abstract string Format { get; }

    protected override IByteSource? Open(byte[] content)
    {
        if (content.Length == 0 || content.Length % 512 != 0)
            return null;
        using var folder = new TestFolder();
        Overlays.Write(folder, Format, content);
        return DiskFormats.Open(folder[$"top.{Format}"], null, Limits.Default).Content;
    }
}

public class ConcatenatedContractTests : ByteSourceContract
{
    protected override IByteSource Open(byte[] content)
    {
        int third = content.Length / 3;
        return new ConcatenatedSource(
            [new MemorySource(content.AsMemory(0, third)), new ZeroSource(0), new MemorySource(content.AsMemory(third..))], []);
    }
}
