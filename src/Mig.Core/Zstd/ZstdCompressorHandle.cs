using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

internal sealed class ZstdCompressorHandle : SafeHandle
{
    public ZstdCompressorHandle(ZstdLibrary library)
        : base(0, ownsHandle: true)
    {
        Library = library;
        SetHandle(library.CreateCompressor());
    }

    /// <summary>The one that made it, and the only one that may use it.</summary>
    public ZstdLibrary Library { get; }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Library.FreeCompressor(handle);
        return true;
    }
}
