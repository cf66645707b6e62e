using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

internal sealed class ZstdDecompressorHandle : SafeHandle
{
    public ZstdDecompressorHandle(ZstdLibrary library)
        : base(0, ownsHandle: true)
    {
        Library = library;
        SetHandle(library.CreateDecompressor());
    }

    /// <summary>The one that made it, and the only one that may use it.</summary>
    public ZstdLibrary Library { get; }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Library.FreeDecompressor(handle);
        return true;
    }
}
